"""docker-compose, v1 and v2 alike."""

from __future__ import annotations

import subprocess

import pytest

from tasks.config.settings import Compose
from tasks.ssh import scripts
from tasks.ssh.host import ONE_MOMENT
from tasks.ssh.shell import batch, join, quote
from tasks.tools.compose import compose, inspect
from tasks.tools.compose.compose import Built
from tests.unit.support.deployment import environment
from tests.unit.support.stage import Stage, ps


@pytest.mark.parametrize(
    ("command", "missing", "called"),
    [
        ("auto", "", "docker-compose"),
        ("auto", "docker-compose", "docker compose"),
        ("docker-compose", "", "docker-compose"),
        ("docker compose", "", "docker compose"),
    ],
)
def test_the_compose_that_is_there_runs_with_all_files(command, missing, called):
    with Stage() as stage:
        (stage.home / "app").mkdir()
        if missing:
            programs = stage.home.parent / "bin"
            (programs / missing).unlink()
            for tool in ("sh", "mktemp", "base64", "tar", "gzip", "rm", "sed"):
                (programs / tool).symlink_to(f"/bin/{tool}")
            stage.environ["PATH"] = str(programs)
        settings = Compose(file=["a.yml", "b c.yml"], command=command)
        stage.run(compose.call(environment(compose=settings), "reads/describe.sh", "up", "-d", "x y", ""))
        options = ["-p", "app", "--profile", "*", "-f", "a.yml", "-f", "b c.yml"]
        assert stage.calls == [[*called.split(), *options, "config", "up", "-d", "x y", ""]]


@pytest.mark.parametrize(("command", "asked"), [("docker compose", ["docker"]), ("docker-compose", []), ("auto", [])])
def test_it_is_asked_for_the_compose_that_would_be_run(command, asked):
    with Stage(docker="exit 1") as stage:
        (stage.home / "app").mkdir()
        done = stage.run(inspect.version(environment(compose=Compose(command=command))).commands[""])
        assert [call[0] for call in stage.calls] == asked
        assert (done.returncode == 0) == (not asked)


def said(stage: Stage, command: str) -> subprocess.CompletedProcess:
    """Run a function of lib.sh."""
    told = compose.variables(environment()).items()
    given = " ".join(f"{name}={quote(value)}" for name, value in told if name != "APP")
    return stage.run(f'APP="$HOME"/app {given}; . "$SCRIPTS/tools/compose/lib.sh"; {command}')


def containers(stage: Stage, *services: str) -> subprocess.CompletedProcess:
    """Ask which services' containers there are."""
    return said(stage, join("containers", *services))


@pytest.mark.parametrize(("moment", "asked"), [(ONE_MOMENT, 1), ("", 3)])
def test_the_questions_of_one_round_trip_share_one_list_and_what_waits_lists_anew(moment, asked):
    with Stage() as stage:
        (stage.home / "app").mkdir()
        questions = {str(n): compose.call(environment(), "reads/containers.sh") for n in range(3)}
        stage.run(scripts.with_files(moment + batch(questions, "nonce")))
        assert len([call for call in stage.calls if call[:2] == ["docker", "ps"]]) == asked


def test_a_look_lists_and_inspects_the_containers_once_for_all_that_it_asks_of_them():
    asked = environment(compose=Compose(command="docker compose"))
    files = ("reads/containers.sh", "reads/jobs.sh", "images/names-now.sh", "reads/made.sh", "reads/deployment.sh")
    with Stage() as stage:
        (stage.home / "app").mkdir()
        questions = {name: compose.call(asked, name) for name in (*files, "reads/version.sh")}
        stage.run(
            scripts.with_files(ONE_MOMENT + batch({**questions, "again": questions["reads/version.sh"]}, "nonce"))
        )
        verbs = [" ".join(call[1:3]) for call in stage.calls]
    assert [verbs.count(one) for one in ("ps --all", "inspect -f", "compose version")] == [1, 1, 1]


def test_a_link_to_a_container_is_no_name_of_it():
    with Stage(docker="printf '1\\tweb/api,c_api\\n2\\tc_db\\n'") as stage:
        (stage.home / "app").mkdir()
        assert said(stage, "with_names 1").stdout == "1 c_api\n"


def test_of_several_services_docker_is_asked_once_and_others_are_left_out():
    with Stage(docker=ps("1 api", "2 db", "3 api", "4 ", "5 apiary")) as stage:
        (stage.home / "app").mkdir()
        assert containers(stage, "api", "web").stdout == "1\n3\n"
        assert containers(stage).stdout == "1\n2\n3\n4\n5\n"
        assert len(stage.calls) == 2


def test_docker_that_cannot_be_asked_is_not_docker_without_containers():
    with Stage(docker="exit 5") as stage:
        (stage.home / "app").mkdir()
        assert containers(stage).returncode == 5
        assert containers(stage, "a", "b").returncode == 5


@pytest.mark.parametrize(
    ("image", "name"),
    [
        ("app", "app"),
        ("app:1", "app"),
        ("host:5000/team/app", "host:5000/team/app"),
        ("host:5000/team/app:1@sha256:ab", "host:5000/team/app"),
    ],
)
def test_an_image_is_known_without_its_tag(image, name):
    assert compose.repository(image) == name


def test_an_image_of_a_commit_is_kept_beside_the_live_one():
    assert Built("app", "host:5000/app:latest").retained("abc") == "host:5000/app:abc"


@pytest.mark.parametrize(("separator", "name"), [("_", "proj_app:latest"), ("-", "proj-app:latest")])
def test_an_image_without_a_name_has_the_one_that_compose_gives_it(separator, name):
    services = {"db": {"image": "postgres"}, "app": {"build": "."}, "web": {"build": ".", "image": "w:2"}}
    assert compose.built(services, "proj", separator) == [Built("app", name), Built("web", "w:2")]


def test_compose_puts_nothing_that_a_script_was_told_into_the_deployments_files():
    """`image: shop:${TAGS}` is the operator's own variable."""
    with Stage(**{"docker-compose": 'env >"$HOME/seen"'}) as stage:
        (stage.home / "app").mkdir()
        script = compose.call(environment(), "reads/describe.sh", IMAGES="x y", TAGS="t", PROJECT="p")
        assert stage.run(script).returncode == 0
        seen = {line.partition("=")[0] for line in (stage.home / "seen").read_text().splitlines()}
    assert seen <= {*stage.environ, "PWD", "OLDPWD", "SHLVL", "_"}
