"""What the container tasks plan, given what is on the host."""

from __future__ import annotations

import pytest
from msgspec import structs

from tasks.preflight import service_choice
from tasks.preflight.target.service_moves import Moves
from tasks.steps import builds, containers
from tests.unit.support import reports
from tests.unit.support.deployment import HEAD, container, state
from tests.unit.support.reports import shown
from tests.unit.support.scripted import planned


def plan(mocker, task, report, check="check", **options):
    """Return the plan of a task whose preflight found `report`."""
    mocker.patch.object(service_choice, check, return_value=report)
    return planned(mocker, task, **options)


def test_a_restart_restarts_what_has_a_container_and_need_not_be_healthier_than_before(mocker):
    unwell = structs.replace(reports.services(), state=state(container("api"), container("db"), responses=[]))
    made = plan(mocker, containers.restart, unwell, "check_restart")
    assert shown(made) == ["docker restart -t 3 c_api c_db"]
    assert made.expect.services == ["api", "db"]
    assert made.expect.healthy == unwell.state.healthy


def test_recreating_keeps_the_images_first_and_proves_them(mocker):
    made = plan(mocker, containers.restart, reports.services("api"), "check_restart", recreate=True)
    assert shown(made) == [
        f"docker tag … app_api:{HEAD}",
        "docker-compose up -d --no-build --force-recreate --no-deps api",
    ]
    assert made.expect.images == {"api": "app_api:latest"}


def test_a_stop_is_proven_and_names_the_start(mocker):
    made = plan(mocker, containers.stop, reports.services(stopping=["api", "db", "old"]))
    assert made.expect.stopped == ["api", "db", "old"]
    assert "containers.start" in made.back


def test_what_is_stopped_is_not_stopped_again(mocker):
    stopped = reports.services("api", state=state(container("api", status="exited")))
    assert plan(mocker, containers.stop, stopped, service="api") is None


def test_starting_leaves_containers_as_they_are(mocker):
    made = plan(mocker, containers.start, reports.services("api"), "check_start", service="api")
    assert shown(made) == ["docker-compose up -d --no-build --no-recreate api"]
    assert "containers.stop --service api" in made.back


def test_a_rollback_that_starts_nothing_does_not_tell_compose_to_start_all():
    assert containers.start.step(reports.rollback(moves=Moves([], []))) is None


def test_a_rollback_starts_from_the_images_of_its_target():
    step = containers.start.step(
        reports.rollback(moves=Moves([], ["api", "db"], replicas={"api": 3, "db": 1}), stopping=[])
    )
    assert step.title == f"Start api, db from the images of {reports.COMMIT.title}"
    assert step.commands == ("docker-compose up -d --no-build --no-deps --scale=api=3 api db",)


def test_what_went_on_is_not_said_to_be_started():
    seen = state(container("api", status="exited"), container("db"), container("cache"))
    moves = Moves(["api"], ["api", "db", "cache", "web"])
    step = containers.start.step(reports.rollback(moves=moves, stopping=["api"], state=seen))
    assert step.title == f"Start api, web from the images of {reports.COMMIT.title}"


def test_there_is_no_step_where_there_is_nothing_to_do():
    report = reports.rollback(images=[], stopping=[])
    assert containers.keep_images_step(report) is None
    assert containers.build.step(report) is None
    assert containers.stop.step(report) is None
    assert containers.start_existing_step(report) is None


@pytest.mark.parametrize(
    "step",
    [
        containers.stop.step(reports.rollback(stopping=["api", "web"])),
        containers.start.step(reports.rollback(moves=Moves([], ["api", "web"]), stopping=[])),
        containers.start_existing_step(reports.rollback(stopping=["api", "web"])),
        containers.restart.step(reports.services("api")),
        containers.start.step(reports.services("api")),
        builds.recreate_step(reports.services("api")),
    ],
)
def test_a_step_knows_the_services_that_its_title_names(step):
    assert step.services and f" {', '.join(step.services)}" in step.title
