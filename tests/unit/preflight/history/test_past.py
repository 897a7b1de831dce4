"""What was deployed before, asked of real checkouts."""

from __future__ import annotations

import pytest

from tasks.preflight.history import ledger
from tasks.preflight.history.past import Past, probe
from tasks.ssh.shell import Answer
from tests.unit.support.checkouts import Checkout


@pytest.fixture
def host(tmp_path):
    return Checkout(tmp_path)


def past(host, running=""):
    asked = probe(host.environment)
    known = {"running": running, "said": ""}
    said = {n: known[n] if n in known else host.sh(command).stdout for n, command in asked.commands.items()}
    return asked.read({name: Answer(out, "", 0) for name, out in said.items()})


def test_the_commit_before_is_the_one_that_was_deployed_before(host):
    one = host.head()
    host.commit("never deployed by itself", at=host.origin)
    three = host.release("three")
    seen = past(host)
    assert seen.before() == one
    assert seen.positions == [three, one]


def test_what_was_rolled_back_is_never_taken_for_the_last_good_one(host):
    one, two, three = host.head(), host.release("two"), host.release("three")
    host.git("checkout", "-q", "--detach", two)
    seen = past(host)
    assert seen.before() == one
    assert seen.marks(three) == "rolled back; deployed before"


def test_a_branch_passed_on_the_way_to_a_mended_release_is_not_good_for_that(host):
    two = host.release("two")
    host.release("bad")
    host.git("checkout", "-q", "--detach", two)
    host.git("checkout", "-q", "main")
    host.release("mended")
    assert past(host).before() == two


def test_a_rollback_taken_back_leaves_the_older_release_as_the_one_before(host):
    two, three = host.release("two"), host.release("three")
    host.git("checkout", "-q", "--detach", two)
    host.git("checkout", "-q", "main")
    assert past(host).before() == two
    assert past(host).marks(three) == "HEAD"


def test_a_first_deployment_has_nothing_before_it(host):
    assert past(host).before() is None


def test_what_runs_is_known_by_the_tags_of_its_images(host):
    sha = "a" * 40
    running = (
        "container sha256:1 app\ncontainer sha256:1 worker\ncontainer sha256:2 db\n"
        f"image sha256:1 shop_app:latest shop_app:{sha}\nimage sha256:2 postgres:15\n"
    )
    assert past(host, running).marks(sha) == "runs: app, worker"


@pytest.mark.parametrize(
    ("said", "back", "chosen"),
    [
        ([], False, False),
        ([], True, True),
        ([ledger.Entry(event=ledger.GOOD, commit="one")], False, True),
        ([ledger.Entry(event=ledger.BAD, commit="one")], True, False),
    ],
)
def test_a_commit_was_chosen_when_it_is_recorded_as_good_or_was_gone_back_to(said, back, chosen):
    assert Past(positions=["one", "two"], back=back, ledger=said).chosen is chosen


def test_a_release_that_is_deployed_after_a_rollback_is_not_where_that_led(host):
    one = host.head()
    host.release("bad")
    assert past(host).chosen is False
    host.git("checkout", "-q", "--detach", one)
    assert past(host).chosen is True
    host.git("checkout", "-q", "main")
    host.release("mended, and bad again")
    assert past(host).chosen is False
