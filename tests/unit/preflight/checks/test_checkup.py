"""The checks a person would make."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from msgspec import structs

from tasks.preflight.checks import checkup, proof
from tasks.preflight.checks.errorlog import Noise
from tasks.tools.compose.origins import Origin
from tasks.tools.compose.readiness import NotReady
from tests.unit.support.deployment import GOOD, HEAD, NOW, container, environment, examined, state


def wrong(e, commit=None, primary=True, env=None) -> dict[str, str]:
    """Return what was found wrong, by the check's name."""
    return {c.name: c.found for c in checkup.checks(env or environment(), e, commit, primary) if not c.ok}


def test_nothing_is_wrong_with_a_healthy_deployment():
    assert wrong(examined(noise=[Noise("c_api")])) == {}


@pytest.mark.parametrize(
    ("api", "found"),
    [
        ({"status": "exited", "exit_code": 3}, "c_api exited"),
        ({"status": "restarting"}, "c_api restarting"),
        ({"health": "unhealthy"}, "c_api running unhealthy"),
    ],
)
def test_a_container_that_does_not_run_well_is_wrong(api, found):
    assert wrong(examined(state(container("api", **api), container("db")))) == {"running": found}


def test_a_service_without_container_is_wrong():
    assert wrong(examined(state(container("db")))) == {"running": "none"}


def test_head_has_to_be_where_it_is_expected():
    assert wrong(examined(), commit=HEAD) == {}
    assert wrong(examined(), commit=GOOD) == {"commit": f"{HEAD[:12]} (a subject), main"}


def test_an_image_that_tells_of_another_commit_is_wrong_unless_something_was_deployed_since():
    tags = [f"app_api:{GOOD}"]
    e = examined(origins={"c_api": Origin(NOW, "", tags)}, moved=NOW + 1)
    assert wrong(e) == {"image": f"of {GOOD[:12]}, not of HEAD"}
    e.origins["c_api"] = structs.replace(e.origins["c_api"], tags=[*tags, f"app_api:{HEAD}"])
    assert wrong(e) == {}
    assert wrong(examined(origins={"c_api": Origin(NOW, "", tags)}, moved=NOW)) == {}


def test_the_revision_has_to_be_the_heads_of_head():
    assert wrong(examined(state(revision=["one"]))) == {"revision": "one"}
    assert wrong(examined(state(revision=["one"])), primary=False) == {}
    unread = examined(graph=None, heads_problem="env.py: computed")
    assert wrong(unread) == {"revision": "env.py: computed"}


def test_a_burst_of_errors_since_the_newest_start_is_wrong_and_a_single_one_is_not():
    noise = [Noise("c_api", [NOW - 50 + n for n in range(6)], "boom")]
    assert wrong(examined(noise=noise)) == {"logs": "6 errors, 6 of them within a minute; the last: boom"}
    assert wrong(examined(noise=[structs.replace(noise[0], times=[NOW])])) == {}
    restarted = state(container("api", started="2023-11-14T22:13:20Z"), container("db"))
    assert wrong(examined(restarted, noise=noise)) == {}


def test_what_cannot_be_read_is_wrong_and_says_why():
    seen = state(
        engine="", head="", revision=None, problems={"engine": "no daemon", "head": "no git", "revision": "down"}
    )
    assert wrong(examined(seen)) == {
        "engine": "no daemon",
        "commit": "no git",
        "database": "down",
        "revision": "unreadable",
    }
    seen = state(problems={"containers": "permission denied"})
    assert wrong(examined(seen)) == {"running": "permission denied"}


def test_only_what_just_started_is_waited_for():
    assert not checkup.young(examined())
    assert checkup.young(examined(state(container("api", started="2023-11-14T22:13:10Z"))))


def member(e):
    found = SimpleNamespace(environment=environment(), ask=lambda _: e)
    found.fleet = (found,)
    return found


def test_containers_on_their_way_up_are_waited_for_and_looked_at_again(mocker):
    starting = examined(state(container("api", started="2023-11-14T22:13:10Z"), container("db")))
    ready = [NotReady("restarting", "api", "c_api", ["boom"])]
    wait = mocker.patch.object(proof, "wait", return_value=ready)
    found = checkup.look(member(starting))
    assert wait.call_args.args[1].services == ["api", "db"]
    assert found[-1].found == "restarting; last line: boom"


def test_what_stands_for_long_is_not_waited_for(mocker):
    wait = mocker.patch.object(proof, "wait")
    assert all(check.ok for check in checkup.look(member(examined())))
    wait.assert_not_called()
