"""In which order the database is replaced, and what is refused before the backend stops."""

from __future__ import annotations

import pytest

from tasks.console.errors import Refused
from tasks.playbooks import emergency_restore
from tasks.preflight import restore as look
from tasks.preflight.state import Response
from tests.unit.support.deployment import container, state
from tests.unit.support.restoring import connection, server, sight


@pytest.fixture
def plan(monkeypatch):
    """Return the plan of an emergency restore that met a sight; PATH is where a dump has room."""

    def made(met=None, path="backups/d.dump", **options):
        monkeypatch.setattr(look, "look", lambda *_: met or sight())
        monkeypatch.setattr(look, "safety_path", lambda *_: path)
        return emergency_restore.emergency_restore.body.__wrapped__(connection(), file="b.dump", **options)

    return made


def names(plan) -> list[str]:
    return [step.name for step in plan.steps]


def test_the_backend_is_stopped_first_as_the_runbook_orders(plan):
    made = plan()
    assert names(made) == ["stop", "restore", "swap", "wake"]
    assert not made.steps[1].preparation
    assert made.before["swapped"] == f"d__old_{made.run}"
    assert made.before["stopped"] == ["api"]
    assert made.expect.healthy


def test_online_the_backend_is_stopped_for_the_swap_only(plan):
    made = plan(online=True)
    assert names(made) == ["restore", "stop", "swap", "wake"]
    assert made.steps[0].preparation


def test_in_place_a_dump_is_made_first_and_named_as_the_only_way_back(plan):
    made = plan(in_place=True)
    assert names(made) == ["stop", "dump", "drop", "restore", "take", "wake"]
    assert made.back == "fab emergency-restore --file backups/d.dump --in-place"
    assert "backups/d.dump is the only way back" in made.questions[-1]
    assert "swapped" not in made.before


@pytest.mark.parametrize("options", [{"path": ""}, {"dump": False}])
def test_in_place_without_a_dump_the_question_says_that_nothing_leads_back(plan, options):
    made = plan(in_place=True, **options)
    assert names(made) == ["stop", "drop", "restore", "take", "wake"]
    assert "WITHOUT A WAY BACK" in made.questions[-1]
    assert made.back == ""


def test_a_database_that_is_gone_is_made_anew_however_it_was_asked(plan):
    made = plan(sight(server=server(live=None), rows=None), in_place=True)
    assert names(made) == ["stop", "restore", "take", "wake"]
    assert made.expect.healthy


def test_what_may_not_load_is_refused_unless_it_is_tried_beside_first(plan):
    risky = sight(risks=["it was made by PostgreSQL 17"])
    for options in ({}, {"in_place": True}):
        with pytest.raises(Refused, match="PostgreSQL 17.*--online"):
            plan(risky, **options)
    assert names(plan(risky, online=True))[0] == "restore"


def test_two_copies_that_do_not_fit_are_refused_and_one_is_not(plan):
    short = sight(server=server(free=5000))
    with pytest.raises(Refused, match="--in-place"):
        plan(short)
    assert "drop" in names(plan(short, in_place=True))
    with pytest.raises(Refused, match="bigger disk"):
        plan(sight(server=server(free=3000)), in_place=True)


def test_an_unhealthy_application_is_not_made_healthy_by_its_data_alone(plan):
    made = plan(sight(seen=state(responses=[Response("u", 500)])))
    assert not made.expect.healthy
    assert any("does not answer well" in warning for warning in made.warnings)


def test_all_that_may_write_is_stopped_and_a_stopped_backend_is_started(plan):
    services = (container("api", status="exited"), container("worker"), container("db"))
    made = plan(sight(seen=state(*services)))
    assert made.before["stopped"] == ["api", "worker"]
    assert made.expect.services == ["api", "db", "worker"]
