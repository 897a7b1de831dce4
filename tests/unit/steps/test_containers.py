"""What the container tasks plan, given what is on the host."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from tasks.console.errors import Refused
from tasks.preflight import service_choice as choice
from tasks.preflight.service_choice import Chosen
from tasks.preflight.state import Response, State
from tasks.steps import containers
from tasks.tools.compose.compose import Built
from tasks.tools.compose.project import Project
from tests.unit.support.deployment import HEAD, container, environment, state

PROJECT = Project(
    name="app",
    services={
        "api": {"build": {"context": "/app"}},
        "db": {"image": "postgres:15"},
        "worker": {"build": {"context": "/app"}},
    },
    built=[Built("api", "app_api:latest"), Built("worker", "app_worker:latest")],
)
RUNNING = state(container("api"), container("db"), container("worker"))


@pytest.fixture
def plan(monkeypatch):
    """Return the plan of a task for a host in some state, and what the task is about."""

    def made(task, service="", seen: State = RUNNING, unnamed=(), **options):
        services = [service] if service else PROJECT.lasting
        chosen = Chosen(seen, PROJECT, services, service, list(unnamed))
        monkeypatch.setattr(choice, "choose", lambda *_, **__: chosen)
        c = SimpleNamespace(
            environment=environment(),
            address="u@h:22",
            fleet=(1,),
            ask=lambda _: {"api": "sha256:1"},
        )
        body = getattr(task, "body", task)
        return getattr(body, "__wrapped__", body)(c, **({"service": service} if service else {}), **options)

    return made


def commands(made) -> list[str]:
    return [command for step in made.steps for command in step.commands]


def test_a_restart_says_that_it_does_not_read_settings_again(plan):
    made = plan(containers.restart)
    assert commands(made) == ["docker restart -t 3 api db worker"]
    assert made.facts == ["a restart does not read changed environment or compose settings again; --recreate does"]
    assert made.expect.services == ["api", "db", "worker"]
    assert made.expect.healthy


def test_what_did_not_answer_before_a_restart_need_not_answer_afterwards(plan):
    seen = state(*RUNNING.containers, responses=[Response("http://127.0.0.1:8000/health", 500)])
    assert not plan(containers.restart, seen=seen).expect.healthy


def test_recreating_keeps_the_images_first_and_proves_them(plan):
    made = plan(containers.restart, "api", recreate=True)
    assert commands(made) == [
        f"docker tag … app_api:{HEAD}",
        "docker-compose up -d --no-build --force-recreate --no-deps api",
    ]
    assert made.expect.images == {"api": "app_api:latest"}
    assert made.facts == []


def test_there_is_nothing_to_restart_without_a_container(plan):
    with pytest.raises(Refused, match="there is no container. .* Next: fab containers.start --service api"):
        plan(containers.restart, "api", seen=state(container("db")))


def test_rebuilding_one_service_takes_along_what_shares_its_image(plan):
    made = plan(containers.rebuild, "api")
    assert commands(made) == [
        f"docker tag … app_api:{HEAD}",
        f"docker tag … app_worker:{HEAD}",
        "docker-compose build --no-cache api worker",
        "docker-compose up -d --no-build --force-recreate --no-deps api worker",
    ]
    assert made.expect.images == {"api": "app_api:latest", "worker": "app_worker:latest"}


def test_a_full_rebuild_builds_before_it_takes_anything_down(plan):
    made = plan(containers.rebuild)
    assert [step.name for step in made.steps] == ["keep", "build", "down", "recreate"]
    assert commands(made)[-3:] == [
        "docker-compose build api worker",
        "docker-compose down -t 3",
        "docker-compose up -d --no-build --force-recreate",
    ]
    assert made.steps[1].preparation
    assert made.back.startswith(f"fab code-rollback --commit {HEAD[:12]}")


def test_a_volume_without_a_name_keeps_its_container(plan):
    made = plan(containers.rebuild, unnamed=["c_db:/var/lib/postgresql/data"])
    assert commands(made)[-2] == "docker-compose stop -t 3"
    assert "c_db:/var/lib/postgresql/data has no named volume" in made.steps[2].title


def test_what_is_not_built_here_cannot_be_rebuilt(plan):
    with pytest.raises(Refused, match="db: nothing is built here.*fab containers.restart --service db --recreate"):
        plan(containers.rebuild, "db")
    with pytest.raises(Refused, match="db: nothing is built here"):
        plan(containers.build, "db")


def test_a_build_changes_nothing_that_runs(plan):
    made = plan(containers.build)
    assert [step.preparation for step in made.steps] == [True, True]
    assert made.expect.services == []


def test_stopping_all_includes_what_the_compose_files_forgot(plan):
    made = plan(containers.stop, seen=state(*RUNNING.containers, container("old")))
    assert made.expect.stopped == ["api", "db", "old", "worker"]
    assert made.back == "fab containers.start"


def test_what_is_stopped_is_not_stopped_again(plan):
    assert plan(containers.stop, "api", seen=state(container("api", status="exited"))) is None


def test_starting_leaves_containers_as_they_are(plan):
    made = plan(containers.start, "api")
    assert commands(made) == ["docker-compose up -d --no-build --no-recreate api"]
    assert made.back == "fab containers.stop --service api"


def test_what_was_never_built_is_not_started(plan):
    with pytest.raises(Refused, match="worker: no image is built.*fab containers.rebuild --service worker"):
        plan(containers.start, seen=state(container("api"), container("db")))


def test_only_volumes_without_a_name_are_unnamed():
    out = f"/c_db {'a' * 64} /var/lib/postgresql/data\n/c_db cafe /data\n/c_web {'A' * 64} /x\n"
    assert choice.parse_unnamed(out) == ["c_db:/var/lib/postgresql/data"]
