"""What is built, made anew and pruned, given what is on the host."""

from __future__ import annotations

from msgspec import structs

from tasks.preflight import prunable, service_choice
from tasks.preflight.prunable import PruneReport
from tasks.steps import builds
from tasks.tools.compose.images import Decided
from tests.unit.support import reports
from tests.unit.support.deployment import HEAD
from tests.unit.support.reports import named, shown
from tests.unit.support.scripted import planned


def plan(mocker, task, report):
    """Return the plan of a task whose preflight found `report`."""
    mocker.patch.object(service_choice, "check_build", return_value=report)
    return planned(mocker, task)


def test_rebuilding_named_services_is_without_cache_and_leaves_the_others_up(mocker):
    made = plan(mocker, builds.rebuild, reports.services("api", services=["api", "worker"]))
    assert shown(made) == [
        f"docker tag … app_api:{HEAD}",
        f"docker tag … app_worker:{HEAD}",
        "docker-compose build --no-cache api worker",
        "docker-compose up -d --no-build --force-recreate --no-deps api worker",
    ]
    assert made.expect.images == {"api": "app_api:latest", "worker": "app_worker:latest"}


def test_a_full_rebuild_builds_before_it_takes_anything_down(mocker):
    made = plan(mocker, builds.rebuild, reports.services())
    assert named(made) == ["keep", "build", "down", "recreate"]
    assert shown(made)[-3:] == [
        "docker-compose build api worker",
        "docker-compose down -t 3",
        "docker-compose up -d --no-build --force-recreate api db worker",
    ]
    assert made.steps[1].preparation
    assert f"code-rollback --commit {HEAD[:12]}" in made.back


def test_a_volume_without_a_name_keeps_its_container():
    step = builds.down_step(reports.services(unnamed=["c_db:/var/lib/postgresql/data"]))
    assert step.commands == ("docker-compose stop -t 3",)
    assert "c_db:/var/lib/postgresql/data has no named volume" in step.title


def test_a_build_changes_nothing_that_runs(mocker):
    made = plan(mocker, builds.build, reports.services())
    assert [step.preparation for step in made.steps] == [True, True]
    assert made.expect.services == []


def test_images_are_pruned_only_where_some_may_go(mocker):
    for names, steps in ((["shop_app:a"], ["prune"]), ([], None)):
        report = PruneReport(**reports.deployment(names=names))
        mocker.patch.object(prunable, "check", return_value=report)
        made = planned(mocker, builds.prune, keep=2)
        assert (named(made) if made else None) == steps


def test_where_a_swarm_runs_it_images_are_carried_to_the_other_nodes_before_anything_stops():
    report = reports.rollback()
    assert builds.carry_step(report) is None
    stack = reports.in_swarm(report)
    kept = Decided("api", "app_api:v1", f"app_api:{HEAD}", "named")
    step = builds.carry_step(structs.replace(stack, decided=[kept]))
    assert (step.preparation, step.commands) == (True, (f"docker save app_api:{HEAD} | docker -H ssh://NODE load",))
    assert builds.carry_step(structs.replace(stack, images=[])) is None
