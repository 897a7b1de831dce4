"""The decision tree, branch by branch."""

from __future__ import annotations

import pytest
from msgspec import structs

from tasks.console.commands import fab, render
from tasks.engine.told import Drift
from tasks.preflight.checks import diagnosis
from tasks.preflight.checks.diagnosis import Observation
from tasks.preflight.checks.errorlog import Noise
from tasks.preflight.checks.verdict import OTHER_TABLE, LastGood
from tasks.preflight.present.drift import Drifted
from tasks.preflight.present.state import Response
from tasks.tools.compose.origins import Origin
from tests.unit.support.deployment import GOOD, HEAD, LATELY, NOW, container, environment, examined, state

SAME = LastGood(commit=GOOD, why="recorded")
OLDER = structs.replace(SAME, fit="downgrade")
ILL = [Response("http://127.0.0.1:8000/health", 500)]


def judged(e, past=SAME, half="", env=None):
    found = diagnosis.judge(env or environment(), {"u@h:22": e}, past, half)
    return found.kind, render(found.command)


def test_a_healthy_deployment_needs_nothing():
    assert judged(examined()) == ("healthy", "fab verify")


def test_errors_after_a_change_of_code_alone_are_the_codes():
    assert judged(examined(state(responses=ILL))) == ("code", f"fab code-rollback --commit {GOOD[:12]}")


@pytest.mark.parametrize("past", [SAME, OLDER, LastGood(why="none"), LastGood(commit=GOOD, chosen=True)])
def test_what_the_health_address_says_is_the_first_word_of_the_verdict(past):
    ill = [Response("http://h/health", 500, said="no column items.price")]
    e = examined(state(responses=ill), noise=[Noise("c_api", [NOW], '"GET /health HTTP/1.1" 500')])
    found = diagnosis.judge(environment(), {"one": e}, past)
    assert found.why.startswith("http://h/health: 500: no column items.price; ")
    assert not [one for one in found.evidence if diagnosis.SILENT in one.text]


def test_an_exception_in_the_log_is_named_where_the_health_address_says_nothing():
    e = examined(state(responses=ILL), noise=[Noise("c_api", [NOW], "KeyError: 'price'")])
    assert diagnosis.judge(environment(), {"one": e}, SAME).why.startswith("the log of c_api: KeyError: 'price'; ")


def test_where_nothing_says_why_what_to_read_is_named():
    e = examined(state(responses=ILL), noise=[Noise("c_api", [NOW], '"GET /health HTTP/1.1" 500')])
    found = diagnosis.judge(environment(), {"one": e}, SAME)
    assert Observation("", f"{diagnosis.SILENT} {fab('incident.logs')} fetches all logs", False) in found.evidence
    healthy = diagnosis.judge(environment(), {"one": examined()}, SAME)
    assert not [one for one in healthy.evidence if diagnosis.SILENT in one.text]


def test_when_code_and_schema_both_changed_both_are_named_and_go_back():
    ill = examined(state(responses=ILL))
    assert judged(ill, OLDER) == ("code and schema", f"fab full-rollback --commit {GOOD[:12]}")
    why = diagnosis.judge(environment(), {"one": ill}, OLDER).why
    assert why == "code and schema both changed since the last good commit: one rollback takes both back"


def test_a_schema_of_which_nothing_can_be_told_is_not_said_to_have_changed():
    untold = structs.replace(SAME, fit="no migrations in its tree")
    found = diagnosis.judge(environment(), {"one": examined(state(responses=ILL))}, untold)
    assert (found.kind, found.why.rpartition("schema")[0]) == (
        "unknown",
        "the code changed since the last good commit, and perhaps the ",
    )
    line = f"the last good commit is {GOOD[:12]} (recorded); whether the schema fits it cannot be told: no migrations"
    assert [one for one in found.evidence if one.text.startswith(line)]


def test_a_migration_that_did_not_go_through_is_told_whatever_goes_back():
    e = examined(state(revision=["one"]))
    for past in (OLDER, LastGood(why="none")):
        assert "its migration did not go through; " in diagnosis.judge(environment(), {"one": e}, past).why


def test_a_database_newer_than_the_code_is_the_databases():
    e = examined(state(revision=["three"]))
    assert judged(e) == ("database", "fab migration-rollback --revision two")


def test_a_migration_that_did_not_go_through_leaves_the_code_too_new():
    assert judged(examined(state(revision=["one"]))) == ("code", f"fab code-rollback --commit {GOOD[:12]}")


def test_a_database_that_does_not_answer_is_restarted():
    e = examined(state(revision=None, problems={"revision": "no"}))
    assert judged(e) == ("database", "fab container-restart --service db")


@pytest.mark.parametrize("said", ['FATAL: role "jctc" does not exist', "FATAL: password authentication failed"])
def test_a_server_that_does_not_know_the_settings_is_no_dead_server(said):
    e = examined(state(revision=None, problems={"revision": said}))
    assert judged(e) == ("configuration", "fab status")
    assert said in diagnosis.judge(environment(), {"one": e}, SAME).why


def test_a_database_whose_alembic_table_is_another_one_is_not_emptied():
    said = f"there is no table public.alembic_version, but live.versions: {OTHER_TABLE} and .table say which"
    e = examined(state(revision=None, problems={"revision": said}))
    assert judged(e) == ("configuration", "fab status")
    assert diagnosis.judge(environment(), {"one": e}, SAME).why == f"the database answers, but {said}"


@pytest.mark.parametrize("status", ["running", "restarting"])
@pytest.mark.parametrize(("past", "task"), [(SAME, "code-rollback"), (OLDER, "full-rollback")])
def test_a_crash_loop_is_the_codes_with_the_last_word_of_its_log(status, past, task):
    looping = container("api", status=status, restarts=17, started=LATELY)
    others = [container(service) for service in ("web", "worker", "db")]
    e = examined(state(looping, *others, responses=ILL), noise=[Noise("c_api", [NOW], "RuntimeError: bad deploy")])
    assert judged(e, past) == ("code", f"fab {task} --commit {GOOD[:12]}")
    assert "RuntimeError: bad deploy" in diagnosis.judge(environment(), {"one": e}, past).why


def test_a_database_that_runs_elsewhere_is_not_restarted_from_here():
    env = environment(database={"name": "d", "user": "u", "address": "db.example"})
    assert judged(examined(state(revision=None, problems={"revision": "no"})), env=env) == ("database", "fab verify")


def test_an_emptied_database_is_restored():
    assert judged(examined(state(revision=[]))) == ("database", "fab emergency-restore --file latest")


def test_settings_changed_since_the_containers_were_made_are_configuration():
    e = examined(state(responses=ILL), drifted=Drifted([Drift("api", "ports", ["80/tcp"])]))
    assert judged(e) == ("configuration", "fab container-restart --recreate")
    found = diagnosis.judge(environment(), {"one": e, "two": e}, SAME)
    assert found.drift == [Drift("api", "ports", ["80/tcp"])]
    line = f"api: differs from docker-compose.yml at {HEAD[:12]}: ports 80/tcp"
    assert Observation("two", line, True) in found.evidence


@pytest.mark.parametrize(
    ("service", "what", "kind"),
    [
        ("api", "environment", "configuration"),
        ("api", "ports", "code"),
        ("db", "settings", "code"),
        ("db", "environment", "code"),
    ],
)
def test_what_ends_in_a_loop_does_not_do_so_for_its_ports_or_for_others(service, what, kind):
    loop = container("api", status="restarting", restarts=9, started=LATELY)
    e = examined(state(loop, container("db")), drifted=Drifted([Drift(service, what)]))
    assert judged(e)[0] == kind


def test_what_the_deployers_shell_had_is_no_change_of_settings_and_is_not_taken_away():
    drifted = Drifted([Drift("api", "environment", ["KEY"])], by_shell=["api"])
    loop = container("api", status="restarting", restarts=9, started=LATELY)
    assert judged(examined(state(loop, container("db")), drifted=drifted))[0] == "code"
    assert judged(examined(drifted=drifted)) == ("healthy", "fab verify")
    [line] = [
        one.text
        for one in diagnosis.judge(environment(), {"h": examined(drifted=drifted)}, SAME).evidence
        if "KEY" in one.text
    ]
    assert line.endswith("environment KEY: the shell that deployed it had other values")


def test_where_nothing_differs_the_configuration_is_no_symptom():
    found = diagnosis.judge(environment(), {"h": examined()}, SAME).evidence
    assert Observation("h", f"configuration: as in docker-compose.yml at {HEAD[:12]}", False) in found


@pytest.mark.parametrize(("code", "kind"), [(0, "configuration"), (137, "configuration"), (1, "code")])
def test_what_was_stopped_is_started_and_what_failed_goes_back(code, kind):
    e = examined(state(container("api", status="exited", exit_code=code), container("db")))
    assert judged(e)[0] == kind


def test_a_service_without_container_gets_one():
    assert judged(examined(state(container("db")))) == ("configuration", "fab container-restart --recreate")


def test_containers_of_another_commit_than_head_are_found():
    origin = Origin(NOW, GOOD, [])
    e = examined(origins={"c_api": origin}, moved=NOW + 1)
    assert judged(e) == ("code", f"fab code-rollback --commit {HEAD[:12]}")


def test_after_a_rollback_only_a_restart_is_left_to_try():
    past = LastGood(commit=GOOD, chosen=True)
    assert judged(examined(state(responses=ILL)), past) == ("configuration", "fab container-restart")


def test_without_a_good_commit_the_rollback_asks_for_one():
    assert judged(examined(state(responses=ILL)), LastGood(why="none")) == ("unknown", "fab full-rollback")


def test_a_run_that_stopped_half_way_comes_before_all():
    assert judged(examined(state(responses=ILL)), half="run 1, stopped half-way") == ("unknown", "fab resume")


def test_a_dead_engine_is_named():
    found = diagnosis.judge(environment(), {"u@h:22": examined(state(engine=""))}, SAME)
    assert (found.kind, found.why) == ("unknown", "the Docker engine of u@h:22 does not answer: start it there")


def test_the_evidence_says_what_speaks_against_it_too():
    e = examined(state(responses=ILL), drifted=Drifted(problem="no such key"))
    found = diagnosis.judge(environment(), {"u@h:22": e}, OLDER)
    lines = {line.text: line.symptom for line in found.evidence}
    assert lines["http://127.0.0.1:8000/health: 500"] is True
    assert lines["the alembic table, heads of HEAD: two: two"] is False
    assert lines[f"what runs cannot be compared with docker-compose.yml at {HEAD[:12]}: no such key"] is False
    assert lines[f"the last good commit is {GOOD[:12]} (recorded); it needs an older schema"] is False


def test_a_project_without_database_is_judged_by_the_rest():
    env = environment(database=None)
    assert judged(examined(state(revision=None), graph=None), env=env) == ("healthy", "fab verify")
