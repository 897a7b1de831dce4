"""docker-compose, v1 and v2 alike."""

from __future__ import annotations

import pytest

from tasks.config.settings import Compose
from tasks.tools.compose import compose
from tasks.tools.compose.compose import Built
from tests.unit.support.stage import Stage


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
        if missing:
            (stage.home.parent / "bin" / missing).unlink()
        stage.environ["PATH"] = str(stage.home.parent / "bin")
        stage.run(compose.define(Compose(file=["a.yml", "b c.yml"], command=command)) + "\ncompose up -d 'x y'")
        assert stage.calls == [[*called.split(), "-f", "a.yml", "-f", "b c.yml", "up", "-d", "x y"]]


@pytest.mark.parametrize(("command", "asked"), [("docker compose", ["docker"]), ("docker-compose", []), ("auto", [])])
def test_it_is_asked_for_the_compose_that_would_be_run(command, asked):
    with Stage(docker="exit 1") as stage:
        done = stage.run(compose.version(Compose(command=command)))
        assert [call[0] for call in stage.calls] == asked
        assert (done.returncode == 0) == (not asked)


def test_a_folder_of_its_own_can_hold_the_files():
    with Stage() as stage:
        stage.run(f"t=/x; {compose.define(Compose(file='a b.yml'), chr(34) + '$t' + chr(34))}\ncompose config")
        assert stage.calls == [["docker-compose", "-f", "/x/a b.yml", "config"]]


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
    config = {"services": {"db": {"image": "postgres"}, "app": {"build": "."}, "web": {"build": ".", "image": "w:2"}}}
    assert compose.built(config, "proj", separator) == [Built("app", name), Built("web", "w:2")]


@pytest.mark.parametrize("config", [{}, {"services": None}, {"services": {}}])
def test_a_file_without_services_builds_nothing(config):
    assert compose.built(config, "p", "_") == []
