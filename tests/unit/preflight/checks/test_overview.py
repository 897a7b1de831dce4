"""One screen, however much is broken."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from tasks.engine.lock import LockInfo
from tasks.engine.told import Drift
from tasks.preflight.backups import finding
from tasks.preflight.backups.backup_files import Found
from tasks.preflight.backups.finding import Newest
from tasks.preflight.checks import examine, overview
from tasks.preflight.history.past import Past
from tasks.preflight.present.drift import Drifted
from tasks.ssh.shell import NOT_REACHED
from tests.unit.support.deployment import GOOD, HEAD, NOW, container, environment, examined, state

NEVER = Newest()
HELD = LockInfo("DEAD", {"run": "r1", "task": "full-rollback", "who": "ada", "machine": "laptop"}, 90)
JOURNALS = {"r1": [{"event": "run", "task": "full-rollback", "at": NOW - 7200}, {"at": 1, "event": "proven"}]}


def shown(
    e, runs: overview.Runs | None = None, past: Past | None = None, newest: Newest = NEVER
) -> tuple[bool, dict[str, str]]:
    """Return whether all is well, and the lines."""
    member = SimpleNamespace(environment=environment(), address="h")
    member.fleet = (member,)
    found = overview.overview(member, e, past or Past(), runs or overview.Runs(), newest)
    return found.well, dict(found.lines)


def test_a_healthy_deployment_is_told_in_full():
    well, lines = shown(examined(), overview.Runs(JOURNALS))
    assert well
    assert lines["code"] == "aaaaaaaaaaaa (a subject), main"
    assert lines["containers"] == "c_api running 2 hours, c_db running healthy 2 hours"
    assert lines["database"] == "two, as HEAD needs it"
    assert lines["health"] == "http://127.0.0.1:8000/health 200"
    assert lines["last run"] == "r1 (full-rollback), 2023-11-14 20:13:20 UTC, 2 hours ago: done and verified"


@pytest.mark.parametrize(("hours", "well"), [(25, True), (27, False)])
def test_a_newest_backup_that_is_older_than_wanted_is_said(hours, well):
    settings = environment(database={"name": "d", "user": "u", "backups": {"folder": "b", "max_age": "26h"}})
    one = Found("b/d.dump", 1, 1, "custom", "", (), taken=int(NOW) - hours * 3600, ours=True)
    newest = finding.newest(settings, [one], NOW)
    assert (newest.old, "older than 26h" in newest.text) == (not well, not well)
    assert finding.newest(settings, "", NOW).old
    assert shown(examined(), newest=newest)[0] == well


def test_every_line_is_there_when_nothing_answers():
    probe = examine.probe(environment())
    well, lines = shown(probe.read(dict.fromkeys(probe.commands, NOT_REACHED)))
    assert not well
    assert all(lines.values())
    assert lines["last run"] == "none"


@pytest.mark.parametrize(
    ("seen", "line", "text"),
    [
        (state(container("api", status="exited", exit_code=3), container("db")), "containers", "c_api exited (3)"),
        (state(container("api", restarts=4), container("db")), "containers", "c_api running 2 hours, 4 restarts"),
        (state(container("db")), "containers", "api has none"),
        (state(revision=["one"]), "database", "one, but HEAD needs two"),
        (state(revision=None, problems={"revision": "no container"}), "database", "no container"),
        (state(problems={"containers": "no leader"}), "errors", "not known"),
    ],
)
def test_what_is_broken_stands_in_its_line(seen, line, text):
    found = shown(examined(seen))[1]
    assert text in found[line]


def test_what_was_changed_by_hand_is_named():
    assert shown(examined())[1]["settings"] == "as the containers have them"
    changed = Drifted([Drift("api", "environment", ["KEY"])])
    line = f"api: differs from docker-compose.yml at {HEAD[:12]}: environment KEY"
    assert shown(examined(drifted=changed))[1]["settings"] == line
    assert "cannot be compared" in shown(examined(drifted=Drifted(problem="boom")))[1]["settings"]


def test_what_verify_calls_wrong_is_not_well():
    assert not shown(examined(state(revision=["one"])))[0]
    assert not shown(examined(state(problems={"free": "no df"})))[0]


def test_the_database_runs_on_the_first_host_only():
    e = examined(state(revision=None, problems={"revision": "no container"}))
    member = SimpleNamespace(environment=environment(), address="h", fleet=("first",))
    assert overview.overview(member, e, Past(), overview.Runs(), NEVER).well


def test_who_holds_the_lock_stands_there():
    assert shown(examined(), overview.Runs(lock="run 1, stopped half-way"))[1]["lock"] == "run 1, stopped half-way"
    assert "lock" not in shown(examined())[1]


def test_the_commit_that_was_deployed_before_is_named():
    assert shown(examined())[1]["good before"].startswith("none known, --commit has to name one")
    found = shown(examined(), past=Past(positions=[HEAD, GOOD]))[1]
    assert found["good before"] == f"{GOOD[:12]} (deployed before the present one)"


def test_everything_is_asked_in_one_round_trip():
    asked = []
    found = (JOURNALS, HELD, ["u@c:22"], examined(), Past(), "")  # what a Docker that hangs has no part in comes first
    member = SimpleNamespace(environment=environment(), address="h", ask=lambda *probes: asked.append(probes) or found)
    member.fleet = (member,)
    lines = dict(overview.look(member).lines)
    assert len(asked) == 1
    assert "stopped half-way" in lines["lock"]
    assert "u@c:22. Next: " in lines["out of step"]


@pytest.mark.parametrize(("held", "said"), [(HELD, True), (LockInfo("LIVE", {}), False), (None, False)])
def test_only_a_run_that_stopped_half_way_is_told(held, said):
    host = SimpleNamespace(environment=environment(), ask=lambda _: held)
    assert bool(overview.half_done(host)) == said
