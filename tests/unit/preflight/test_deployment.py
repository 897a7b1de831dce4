"""What the engine is told of the deployment that a run changes."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from tasks.console.commands import render
from tasks.console.errors import Failed
from tasks.engine.before import CheckoutBefore, DroppedBefore, SchemaBefore, SwappedBefore
from tasks.engine.plan import UNDO, Expectation, Plan, Step
from tasks.preflight import deployment, ways_out
from tasks.preflight.backups import copies, safety
from tasks.preflight.checks import proof
from tasks.preflight.present import state
from tasks.preflight.present.state import Response, State
from tasks.ssh.shell import Answer
from tasks.tools.alembic.migrate import WAYS_OUT
from tasks.tools.compose.readiness import NotReady
from tests.unit.support.deployment import HEAD, container, environment
from tests.unit.support.deployment import state as healthy

DEPLOYMENT = deployment.DeploymentWorld()
STEPS = [Step(name="stop", title="", script=""), Step(name="empty", title="", script="", effects=("drops",))]


def planned(before=None, **values) -> Plan:
    return Plan(task="full-rollback", purpose="", steps=STEPS, before=before, **values)


@pytest.fixture
def host():
    return SimpleNamespace(environment=environment(), address="u@h:22")


def lost(*_, **__):
    raise Failed("no answer")


def test_what_is_not_ready_is_part_of_the_proof_with_its_last_lines(mocker, host):
    ready = [NotReady("restarting", "api", "c_api", ["boom"])]
    mocker.patch.object(proof, "wait", return_value=ready)
    mocker.patch.object(proof, "look", return_value=([], []))
    found = DEPLOYMENT.prove(host, Expectation())
    assert [(check.name, check.ok) for check in found.checks] == [("steady", False)]
    assert found.logs == {"c_api": ["boom"]}


def test_where_a_deployment_is_fits_into_a_line():
    seen = healthy(
        container("api"),
        container("db", status="exited"),
        container("web", health="unhealthy"),
        container("migrate", status="exited", restart="no"),
        responses=[Response("u", 0)],
        free={"/": 2**30, "/var/lib/docker": 3 * 2**20 + 5},
    )
    assert deployment.serves(seen) == (
        f"HEAD {HEAD[:12]} (a subject); running: api; not well: db (exited), web (running unhealthy); "
        "revision two; u: no answer; /var/lib/docker has 3.1 MB free"
    )
    assert deployment.serves(State()) == "HEAD cannot be read; running: nothing"
    assert deployment.serves(State(problems={"containers": "no"})) == "HEAD cannot be read; what runs cannot be read"


@pytest.mark.parametrize(
    ("there", "dumped", "line"),
    [
        (True, False, "the data as it was: database d__snap_1"),
        (False, True, "the data as it was: the dump b/1.dump"),
        (False, False, None),
    ],
)
def test_where_the_data_of_before_lie_is_said_if_they_are_there(mocker, host, there, dumped, line):
    mocker.patch.object(state, "look", return_value=healthy())
    mocker.patch.object(copies, "there", return_value=there)
    mocker.patch.object(safety, "dumped", return_value=dumped)
    lines = DEPLOYMENT.standing(host, planned(SchemaBefore(snapshot="d__snap_1", dump="b/1.dump")))
    assert lines[0].startswith("the host now: HEAD")
    assert lines[1:] == ([line] if line else [])


def test_a_server_that_does_not_answer_leaves_it_open_where_the_data_are(mocker, host):
    mocker.patch.object(state, "look", return_value=healthy())
    mocker.patch.object(copies, "there", side_effect=lost)
    assert DEPLOYMENT.standing(host, planned(SchemaBefore(snapshot="s")))[1:] == [
        "whether the snapshot s is there cannot be read"
    ]
    assert DEPLOYMENT.standing(host, planned(CheckoutBefore()))[1:] == []


def test_a_host_that_cannot_be_read_is_said_and_hides_no_failure(mocker, host):
    mocker.patch.object(state, "look", side_effect=ValueError)
    assert DEPLOYMENT.standing(host, planned()) == ["the host now: it cannot be read"]


@pytest.mark.parametrize(
    ("before", "why", "told"),
    [
        (SchemaBefore(revision=["two"]), f"no: {WAYS_OUT}", ["a way"]),
        (SchemaBefore(revision=["two"]), "the disk is full", []),
        (SchemaBefore(revision=["one"]), WAYS_OUT, []),
        (CheckoutBefore(), WAYS_OUT, []),
    ],
)
def test_other_ways_are_told_only_where_no_downgrade_leads(mocker, host, before, why, told):
    mocker.patch.object(state, "look", return_value=healthy())
    mocker.patch.object(ways_out, "data_at", return_value=["a way"])
    plan = planned(before, expect=Expectation(revision=["one"]))
    assert DEPLOYMENT.remedies(host, plan, why) == told
    mocker.patch.object(state, "look", side_effect=lost)
    assert DEPLOYMENT.remedies(host, plan, why) == []


@pytest.mark.parametrize(
    ("before", "found", "way"),
    [
        (SchemaBefore(snapshot="d__snap_r1"), True, "fab undo --run r1 --restore-snapshot"),
        (SchemaBefore(snapshot="d__snap_r1"), False, "fab undo --run r1"),
        (SchemaBefore(), True, "fab undo --run r1"),
    ],
)
def test_the_way_back_is_the_snapshot_where_the_rehearsal_found_no_way_up_again(host, before, found, way):
    host.ask = lambda probe: probe.read({"": Answer("", "", 0 if found else 1)})
    assert render(DEPLOYMENT.way_back(host, planned(before, back=UNDO, run="r1"))) == way


def test_a_host_that_does_not_answer_leaves_the_way_back_as_it_was_planned(host):
    host.ask = lost
    assert (
        render(DEPLOYMENT.way_back(host, planned(SchemaBefore(snapshot="s"), back=UNDO, run="r1")))
        == "fab undo --run r1"
    )


@pytest.mark.parametrize(
    ("before", "done", "stands", "offered"),
    [
        (SwappedBefore(swapped="d__old_1"), ["stop"], False, True),
        (DroppedBefore(dropped="b.dump"), ["stop"], True, True),
        (DroppedBefore(dropped="b.dump"), ["stop"], False, False),
        (DroppedBefore(dropped="b.dump"), ["stop", "empty"], True, False),
        (None, ["stop"], True, False),
    ],
)
def test_undo_is_offered_unless_the_database_was_dropped(mocker, host, before, done, stands, offered):
    mocker.patch.object(state, "look", return_value=healthy())
    mocker.patch.object(copies, "stands", return_value=stands)
    assert DEPLOYMENT.can_undo(host, planned(before), done) == offered


def test_undo_is_not_offered_where_nobody_knows_whether_the_database_stands(mocker, host):
    mocker.patch.object(state, "look", side_effect=lost)
    assert not DEPLOYMENT.can_undo(host, planned(DroppedBefore()), [])


def test_without_an_address_the_proof_says_that_containers_alone_were_looked_at(mocker):
    mocker.patch.object(proof, "wait", return_value=[])
    mocker.patch.object(proof, "look", return_value=([], []))
    bare = SimpleNamespace(environment=environment(health={"urls": []}), address="u@h:22")
    assert DEPLOYMENT.prove(bare, Expectation(healthy=True)).left_out == [deployment.NO_ADDRESS]
    assert DEPLOYMENT.prove(bare, Expectation()).left_out == []
    assert DEPLOYMENT.asking(bare) is None


def test_a_host_asks_its_addresses_and_a_login_is_not_in_what_is_shown():
    known = environment(health={"urls": ["http://me:secret@h/health?token=x"]})
    asking = DEPLOYMENT.asking(SimpleNamespace(environment=known))
    assert asking.about == "http://h/health?***"
    assert "secret" in asking.variables["URLS"] and "secret" not in " ".join(asking.words)
