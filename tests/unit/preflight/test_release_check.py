"""A release is tried before it is deployed: read, brought up, down and up on a clone, and judged."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from tasks.console.errors import Refused
from tasks.preflight import release_check
from tasks.preflight.backups import copies
from tasks.preflight.history.past import Past
from tasks.preflight.present import state
from tasks.preflight.revisions import new_image, previewed, schema, trial_choice
from tasks.preflight.target import commit_choice
from tasks.ssh.shell import Answer
from tasks.tools.alembic.kept_rehearsal import Kept
from tasks.tools.alembic.revisions import Graph, Revision
from tasks.tools.alembic.trial import Trial
from tasks.tools.git import commits
from tests.unit.support import deployment
from tests.unit.support.reports import COMMIT, DATABASE
from tests.unit.support.sources import HEAD, line

SOURCE = f"{HEAD}\n\ndef downgrade():\n    op.drop_index('i')\n"
ADDS = Revision("three", ("two",), title="Add", path="three.py", source=SOURCE)
KEPT = Kept(at=7.0)
NEW = Graph.of([Revision("one"), Revision("two", ("one",)), ADDS])
ANSWERS = f"the image of {COMMIT.short} answers 200 on the present schema (http://127.0.0.1:8000/health)"


@pytest.fixture
def checked(mocker):
    """Return what is known of a release with this graph, where a rehearsal ends so."""

    def met(graph=NEW, rows=("two",), code=0, out="", err="", kept=KEPT, trial=None):
        c = mocker.Mock(environment=deployment.environment(), address="u@h:22")
        mocker.patch.object(state, "look", return_value=deployment.state(revision=list(rows)))
        mocker.patch.object(commit_choice, "resolve", return_value=COMMIT)
        mocker.patch.object(schema, "graphs", return_value={COMMIT.sha: graph})
        mocker.patch.object(copies, "database_of", return_value=DATABASE)
        mocker.patch.object(previewed, "lost_upwards", return_value=[])
        mocker.patch.object(new_image, "find", return_value="sha256:new")
        mocker.patch.object(release_check, "_runs", return_value=COMMIT)
        mocker.patch.object(trial_choice, "present", return_value=(trial, "nothing is tried"))
        c.sh.return_value = SimpleNamespace(ok=code == 0, exited=code, stdout=out, stderr=err)
        c.ask.return_value = kept
        met.host = c
        return release_check.check(c, "new", {})

    return met


def test_it_goes_up_to_the_release_and_down_to_where_the_database_is_and_is_kept(checked):
    found = checked()
    assert (found.can, found.revision, found.to, found.kept, found.image) == (
        "without loss",
        ["two"],
        ["three"],
        7.0,
        "sha256:new",
    )
    script = checked.host.sh.call_args.args[0]
    assert script.endswith('rehearse.sh" downgrade two')
    for told in ("AHEAD=1", "ASIDE=1", "UP=three", f"TREE={COMMIT.sha}", "IMAGE=sha256:new", "HEADS=two"):
        assert f" {told} " in f" {script}"
    assert found.told[0] == "two → three"
    assert found.told[-1].startswith("kept: ")


def test_a_release_without_migrations_is_not_tried(checked):
    found = checked(graph=line("one", "two"))
    assert (found.can, found.told) == ("without loss", [])
    checked.host.sh.assert_not_called()


def test_what_runs_may_work_on_the_new_schema(checked):
    found = checked(out=f"{ANSWERS}\n", trial=Trial(COMMIT, "api", "image-api", {}))
    assert f"the image of {COMMIT.short} answers 200 on the new schema" in found.line


def test_that_it_answers_an_error_is_not_that_it_works(checked):
    fails = f"the image of {COMMIT.short} does not work on the present schema: http://h/health answers 500; it says: no"
    found = checked(out=f"{fails}\nthe downgrade works on a clone\n", trial=Trial(COMMIT, "api", "image-api", {}))
    assert "answers" not in found.line


def test_a_migration_that_cannot_be_taken_back_is_a_verdict_and_keeps_nothing(checked):
    found = checked(code=2, err="the rehearsal of downgrade two failed: a.Error: no. \n")
    assert (found.can, found.kept) == ("no", 0.0)
    assert found.line.endswith("cannot be taken back: the rehearsal of downgrade two failed: a.Error: no")
    assert "cannot be deployed" in checked(code=2, err="the rehearsal of upgrade three failed: x").line


@pytest.mark.parametrize(
    ("ended", "why"),
    [
        ({"code": 2, "err": "no container of the service to rehearse with"}, "no container of the service"),
        ({"code": 1, "err": "the clone for the rehearsal could not be made"}, "could not be made"),
    ],
)
def test_where_it_cannot_be_tried_nothing_is_claimed(checked, ended, why):
    with pytest.raises(Refused, match=f"cannot be tried: .*{why}"):
        checked(**ended)


def test_a_release_that_does_not_know_where_the_database_is_is_refused(checked):
    with pytest.raises(Refused, match="cannot upgrade the database: .*lacks"):
        checked(rows=("four",))


@pytest.mark.parametrize(
    ("head", "positions", "running", "runs"),
    [
        ("a" * 40, [], {}, "a" * 40),
        (COMMIT.sha, [COMMIT.sha, "c" * 40, "d" * 40], {"d" * 40: ["api"], COMMIT.sha: ["api"]}, "d" * 40),
        (COMMIT.sha, [COMMIT.sha], {"d" * 40: ["api"]}, "d" * 40),
        (COMMIT.sha, [COMMIT.sha, "c" * 40], {"c" * 40: ["web"]}, None),
    ],
)
def test_what_runs_is_the_checkout_s_commit_unless_that_is_the_new_one(mocker, head, positions, running, runs):
    c = mocker.Mock(environment=deployment.environment())
    shown = mocker.patch.object(commits, "show_one")
    answer = Answer("\x1f".join(("e" * 40, "2024-01-01 00:00", "ada", "runs")) + "\n", "", 0)
    c.ask.side_effect = [Past(positions=positions, running=running), answer]
    found = release_check._runs(c, deployment.state(head=head), COMMIT)
    assert (found.subject if found else None) == ("runs" if runs else None)
    assert [call.args[1] for call in shown.call_args_list] == ([runs] if runs else [])
