"""What a deployment being well means, fact by fact."""

from __future__ import annotations

import pytest
from msgspec import structs

from tasks.console.commands import render
from tasks.engine.world import Check
from tasks.preflight.checks import health
from tasks.preflight.checks.errorlog import Noise
from tasks.preflight.present.state import Response, State
from tasks.tools.compose.origins import Origin
from tasks.tools.compose.project import Project
from tasks.tools.compose.readiness import NotReady
from tests.unit.support.deployment import GOOD, HEAD, LATELY, NOW, container, examined, state

ILL = [{"status": "exited"}, {"status": "restarting"}, {"health": "unhealthy"}]


@pytest.mark.parametrize("values", ILL)
def test_a_container_that_is_not_up_and_healthy_does_not_run(values):
    seen = state(container("api"), container("api", name="second", **values))
    assert not health.runs("api", seen).ok
    assert [check.looked_at for check in health.not_running(seen)] == ["second"]


def test_a_job_that_ended_well_is_well_while_others_run():
    job = container("migrate", status="exited", restart="no")
    assert health.not_running(state(container("api"), job)) == []
    assert [check.looked_at for check in health.not_running(state(job))] == ["c_migrate"]


@pytest.mark.parametrize("values", [{}, {"health": "healthy"}, {"health": "starting"}])
def test_a_container_that_is_up_and_not_unhealthy_runs(values):
    assert health.runs("api", state(container("api", **values))).ok
    assert health.not_running(state(container("api", **values))) == []


def test_as_many_containers_as_are_wanted_have_to_run():
    few = health.runs("api", state(container("api")), 2)
    assert (few.ok, few.found) == (False, "c_api running; should be 2")
    assert health.runs("api", state(container("api"), container("api", name="c_api_2")), 2).ok


def test_a_service_without_a_container_does_not_run_and_is_stopped():
    assert health.runs("web", state()).found == "none"
    assert not health.runs("web", state()).ok
    assert health.stopped("web", state()).ok
    assert health.stopped("api", state()).found == "c_api"


@pytest.mark.parametrize(("code", "ok", "found"), [(200, True, "200"), (302, False, "302"), (0, False, "no answer")])
def test_only_200_is_healthy(code, ok, found):
    [check] = health.answers(state(responses=[Response("u", code)]))
    assert (check.looked_at, check.ok, check.found) == ("u", ok, found)


RUNS, WRONG_ADDRESS = Check("running", "c_api", "running", True), Check("health", "http://h/nope", "404", False)


@pytest.mark.parametrize("found", ["404", "no answer", "302", "404, not 204"])
def test_an_address_that_alone_is_wrong_is_suspected_not_to_be_meant(found):
    checks = health.suspecting([RUNS, structs.replace(WRONG_ADDRESS, found=found)])
    assert render(checks[1].found) == f"{found}; all else is as it should be: is this address in hosts.yaml right?"
    assert not checks[1].ok and checks[0] == RUNS


@pytest.mark.parametrize(
    "checks",
    [
        [RUNS],
        [WRONG_ADDRESS],
        [RUNS, structs.replace(WRONG_ADDRESS, found="503")],
        [RUNS, structs.replace(WRONG_ADDRESS, found="200, without 'ok'")],
        [RUNS, WRONG_ADDRESS, WRONG_ADDRESS],
        [RUNS, WRONG_ADDRESS, Check("steady", "c_web", "restarting", False)],
    ],
)
def test_where_more_is_wrong_or_the_application_says_so_itself_the_address_is_not_suspected(checks):
    assert health.suspecting(checks) == checks


def test_a_container_that_is_not_ready_is_told_with_its_last_line_and_a_missing_one_is_not_told_twice():
    found = health.steady([NotReady("restarting", "api", "c_api", ["a", "b"]), NotReady("missing", "web", "-", [])])
    assert [(c.looked_at, c.found, c.ok) for c in found] == [("c_api", "restarting; last line: b", False)]


@pytest.mark.parametrize(
    ("rows", "implied", "ok"),
    [(["a"], [], True), (["a", "b"], [], False), (["a", "b"], ["b"], True), ([], [], False), (None, [], False)],
)
def test_the_database_is_at_its_heads_and_at_nothing_that_they_do_not_imply(rows, implied, ok):
    assert health.is_at_revision(["a"], implied, state(revision=rows)).ok == ok


def test_a_container_runs_an_image_by_its_id():
    seen = state(container("api", image="sha256:" + "1" * 64))
    assert health.has_images("api", "app:good", "sha256:" + "1" * 64, seen)[0].ok
    assert not health.has_images("api", "app:good", "sha256:" + "2" * 64, seen)[0].ok
    assert health.has_images("api", "app:good", "", seen)[0].found == "api: no image"
    assert health.has_images("web", "web:good", "sha256:1", seen)[0].found == "web: no container"


def test_head_has_to_be_read_to_be_anywhere():
    assert health.head(state(), HEAD).ok
    assert not health.head(state(), GOOD).ok
    assert not health.head(State(), HEAD).ok
    assert health.head(State(problems={"head": "no git"})).found == "no git"
    assert health.head(state(modified=["a"])).found.endswith("; 1 files modified")


def test_images_are_told_only_where_they_say_what_they_were_made_of():
    origins = {"c_api": Origin(NOW, "", [f"app:{GOOD}"]), "c_db": Origin(NOW, "", [])}
    [told] = health.images(examined(origins=origins, moved=NOW + 1))
    assert (told.ok, told.found) == (False, f"of {GOOD[:12]}, not of HEAD")


def test_one_error_is_told_and_a_burst_is_wrong():
    [one] = health.logs(examined(noise=[Noise("c_api", [NOW], "boom")]))
    assert (one.ok, one.found) == (True, "1 error, never 5 within a minute; the last: boom")
    [many] = health.logs(examined(noise=[Noise("c_api", [NOW + n for n in range(6)], "boom")]))
    assert (many.ok, many.found) == (False, "6 errors, 6 of them within a minute; the last: boom")


def test_a_container_that_ends_again_and_again_is_wrong_whatever_it_does_at_the_moment():
    looping = container("api", restarts=17, started=LATELY)
    said = [Noise("c_api", [NOW], "RuntimeError: bad deploy")]
    [crash] = health.crashes(examined(state(looping), now=NOW, noise=said))
    assert (crash.ok, crash.found) == (False, "started again 17 times; RuntimeError: bad deploy")
    for calm in (container("api", restarts=2, started=LATELY), container("api", restarts=17)):
        assert health.crashes(examined(state(calm), now=NOW + 3600)) == []


def test_a_summary_names_only_what_is_wrong():
    seen = state(responses=[Response("u", 200), Response("v", 500)])
    assert health.summary(health.answers(seen)) == "v: 500"


def test_a_container_that_does_not_run_is_told_with_its_status_and_health():
    seen = state(container("api", status="exited"), container("db", health="unhealthy"))
    assert health.not_running(seen) == [
        Check("running", "c_api", "exited", False),
        Check("running", "c_db", "running unhealthy", False),
    ]


def test_containers_that_cannot_be_read_and_files_that_compose_does_not_take_are_told():
    unread = health.containers(examined(State(problems={"containers": "no\nengine"})))
    assert unread == [Check("running", "the project's containers", "no engine", False)]
    (*_services, refused) = health.containers(examined(project=Project(name="app", problem="no such\nfile")))
    assert refused == Check("compose", "docker-compose config", "no such file", False)
    none = health.containers(examined(State(), project=Project(name="app")))
    assert none == [Check("running", "the project's containers", "none", False)]


def test_where_head_is_is_told_with_its_subject_and_branch():
    assert health.head(state(branch="")) == Check("commit", "git HEAD", f"{HEAD[:12]} (a subject), detached", True)
    assert health.head(state(), GOOD) == Check(
        "commit", f"git HEAD, should be {GOOD[:12]}", f"{HEAD[:12]} (a subject), main", False
    )
    assert health.head(State()) == Check("commit", "git HEAD", "no answer", False)


def test_what_is_in_the_alembic_table_is_told():
    assert health.is_at_revision(["a"], [], state(revision=None)).found == "unreadable"
    assert health.is_at_revision([], [], state(revision=[])) == Check("revision", "the alembic table", "none", True)
    assert health.is_at_revision(["a", "b"], [], state(revision=["a", "b"])).found == "a, b"


def test_logs_without_an_error_are_told_as_that():
    quiet = [Noise("c_api", [], ""), Noise("c_db", [], "")]
    assert health.logs(examined(noise=quiet)) == [
        Check("logs", "logs since the start, at most 15 min: 2 containers", "no error", True)
    ]
    assert health.logs(examined(noise=[])) == []


def test_all_that_is_wrong_is_told_in_one_line_of_no_more_than_600_characters():
    bad = Check("health", "u", "500", False)
    assert health.summary([bad, RUNS, bad]) == "u: 500; u: 500"
    assert len(health.summary([bad] * 200)) == 600
