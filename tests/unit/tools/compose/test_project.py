"""What compose files say: which services belong together, and what an operator may call them."""

from __future__ import annotations

import pytest

from tasks.config.settings import App, Compose, Environment, HostSettings
from tasks.console.errors import Refused
from tasks.preflight.present.state import State
from tasks.ssh.shell import Answer
from tasks.tools.compose import compose, project
from tasks.tools.compose.project import Project
from tests.unit.support.deployment import container, environment, state
from tests.unit.support.stage import Stage

CONFIG = """
services:
  api: {build: {context: /app}}
  worker: {build: {context: /app}}
  cron: {image: app_api}
  web: {build: {context: /web}, image: reg:5000/web}
  migrate: {build: {context: /app}}
  idle: {image: x, deploy: {replicas: 0}}
  db: {image: 'postgres:15', depends_on: {migrate: {condition: service_completed_successfully}}}
"""


def read(
    config: str = CONFIG, naming: str = "My.App _", seen: State | None = None, said: Environment | None = None
) -> Project:
    answers = {"config": Answer(config, "", 0), "naming": Answer(f"{naming}\n", "", 0)}
    return project.probe(said or environment()).read(answers).project((seen or State()).containers)


def test_images_are_named_as_either_compose_names_them():
    assert [b.live for b in read(naming="My.App _").built if b.service == "api"] == ["myapp_api:latest"]
    assert [b.live for b in read(naming="My.App -").built if b.service == "api"] == ["myapp-api:latest"]
    assert [b.live for b in read(seen=state()).built if b.service == "api"] == ["app_api:latest"]


def test_services_of_one_build_or_one_image_belong_together():
    found = read(seen=state())
    assert found.sharing("api") == ["api", "cron", "migrate", "worker"]
    assert found.sharing("web") == ["web"]
    assert [b.service for b in found.builders(["cron"])] == ["api"]
    assert found.images(["api", "cron", "db", "web"]) == {
        "api": "app_api:latest",
        "cron": "app_api:latest",
        "web": "reg:5000/web:latest",
    }


def test_what_runs_once_or_not_at_all_need_not_run():
    assert read().lasting == ["api", "cron", "db", "web", "worker"]


def test_a_profile_is_enabled_where_hosts_yaml_says_so_or_one_of_its_services_is_there():
    config = "services: {mail: {profiles: [prod]}, debug: {profiles: [dev]}, app: {}}"
    assert list(read(config).services) == ["app"]
    assert list(read(config, seen=state(container("debug"))).services) == ["app", "debug"]
    assert list(read(config, said=environment(compose={"profiles": ["prod"]})).services) == ["app", "mail"]


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ({"command": "docker compose"}, "app -"),
        ({"command": "docker-compose"}, "app _"),
        ({"project": "live"}, "live _"),
        ({"file": "ops/c.yml"}, "ops _"),
    ],
)
def test_the_project_is_called_as_it_is_decided_else_after_the_folder_that_compose_works_in(said, named):
    with Stage(**{"docker": ":", "docker-compose": "echo 1.29.2"}) as stage:
        (stage.home / "app/ops").mkdir(parents=True)
        asked = Environment(hosts=[HostSettings(host="h")], app=App(path="app"), compose=Compose(**said))
        done = stage.run(compose.call(asked, "reads/naming.sh"))
        assert done.stdout == f"{named}\n", done.stderr


def test_services_of_all_profiles_are_described_unless_these_lack_something():
    plain = 'case $* in *--profile*) echo "no .env.dev" >&2; exit 1 ;; *) echo "services: {}" ;; esac'
    for stub, asked in (("echo 'services: {}'; echo X >&2", ["*"]), (plain, ["*", "config"])):
        with Stage(**{"docker-compose": stub}) as stage:
            (stage.home / "app").mkdir()
            done = stage.run(compose.call(environment(), "reads/describe.sh"))
            assert (done.stdout, done.returncode) == ("services: {}\n", 0)
            assert (done.stderr == "X") == (stub != plain)
            assert len(stage.calls) == len(asked)


def test_compose_itself_is_asked_which_variables_have_no_value_but_a_default():
    told = r"""sed -e 's/"${KEY:-untold}"/a: untold value/' -e 's/"${\w*:-\(.*\)}"/\1/'"""
    with Stage(**{"docker-compose": told}) as stage:
        (stage.home / "app").mkdir()
        probe = project.untold(environment(), {"PORT", "KEY", "MODE"})
        done = stage.run(probe.commands[""])
        assert probe.read({"": Answer(done.stdout, done.stderr, done.returncode)}) == {"PORT", "MODE"}
        assert stage.calls[-1][-3:] == ["-f", "-", "config"]
    assert project.untold(environment(), {"PORT"}).read({"": Answer("PORT\n", "", 1)}) == set()


def test_what_compose_does_not_accept_is_a_problem_and_no_error():
    answers = {"config": Answer("", "bad\n  yaml", 1), "naming": Answer("app -", "", 0)}
    assert project.probe(environment()).read(answers).project([]).problem == "bad yaml"


@pytest.mark.parametrize(
    ("said", "where"),
    [
        ({}, "write it into .env on the host, or name the file that holds it: compose.env_file in"),
        ({"file": "deploy/compose.yml"}, "write it into deploy/.env on the host, or"),
        ({"env_file": ".env.prod"}, "write it into .env.prod on the host"),
        ({"swarm": {"stack": "shop"}}, "name the file that holds it: compose.env_file in"),
    ],
)
def test_a_value_that_only_the_deployers_shell_had_is_told_with_where_it_belongs(said, where):
    v2 = 'error while interpolating services.app.environment.DOMAIN: required variable DOMAIN is missing a value: "x"'
    v1 = 'ERROR: Missing mandatory value for "environment" option interpolating ${DOMAIN?x} in service "app": x'
    asked = project.probe(environment(**{"compose": said, **said.pop("swarm", {})}))
    for err, begins in ((v2, "it finds no value for DOMAIN: "), (v1, f"{v1}: ")):
        problem = asked.read({"config": Answer("", err, 1), "naming": Answer("app -", "", 0)}).problem
        assert problem.startswith(f"{begins}{where}")


@pytest.mark.parametrize(
    ("name", "service"), [("backend", "api"), ("api", "api"), ("c_db", "db"), ("worker", "worker")]
)
def test_a_role_a_service_and_a_container_are_understood(name, service):
    seen = state(container("api"), container("db"))
    assert project.resolve(environment(), read(seen=seen), seen.containers, name) == service


def test_another_name_is_refused_with_the_nearest():
    with pytest.raises(Refused, match="'wrker' is not known; did you mean 'worker'\\?"):
        project.resolve(environment(), read(), state().containers, "wrker")


def test_containers_are_enough_where_compose_reads_nothing():
    assert project.resolve(environment(), Project(problem="bad yaml"), state().containers, "backend") == "api"
