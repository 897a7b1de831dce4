"""What a commit itself says of its images, and what comes from elsewhere."""

from __future__ import annotations

import subprocess

import pytest

from tasks.config.settings import App, Compose, Environment, HostSettings
from tasks.ssh.shell import Answer
from tasks.tools.compose import compose, written
from tasks.tools.compose.written import Written
from tests.unit.support.stage import Stage

BASE = """
services:
  app: {image: 'shop:${TAG}', volumes: ['./src:/app', 'data:/data', {type: bind, source: ./etc, target: /etc}]}
  db: {image: 'postgres:15'}
  web: {build: ./web}
"""
PROD = "services: {app: {image: 'shop:v1'}, db: {restart: always}, odd: null}"


def read(**files: str) -> dict[str, Written]:
    return written.parse("".join(f"\36{text}" for text in files.values()))


def test_a_later_file_says_more_of_a_service_and_takes_nothing_away():
    found = read(base=BASE, prod=PROD)
    assert {name: one.image for name, one in found.items()} == {
        "app": "shop:v1",
        "db": "postgres:15",
        "web": "",
        "odd": "",
    }
    assert read(base=BASE)["app"].mounts == ["./src", "./etc"]


EXTENDS = {
    "prod/docker-compose.yml": "services: {app: {extends: {file: ../base.yml, service: web}}}",
    "base.yml": "services: {web: {image: 'shop:v1'}}",
}
SHOP = Environment(
    hosts=[HostSettings(host="h")],
    app=App(path="app"),
    compose=Compose(file="prod/docker-compose.yml", command="docker compose"),
)


def committed(stage: Stage) -> None:
    """Lay a commit tagged v1 whose file extends another one, and one after it in which that one has changed."""
    app = stage.home / "app"
    for name, text in EXTENDS.items():
        (app / name).parent.mkdir(parents=True, exist_ok=True)
        (app / name).write_text(text)
    made = "git add -A && git -c user.name=a -c user.email=a@b commit -qm x"
    change = f"git init -q && {made} && git tag v1 && sed -i s/v1/v2/ base.yml && {made}"
    subprocess.run(change, shell=True, cwd=app, check=True)


def test_what_a_file_of_a_commit_extends_is_what_that_commit_has():
    with Stage(git='exec /usr/bin/git "$@"') as stage:
        committed(stage)
        probe = written.probe(SHOP, "v1")
        found = probe.read({"": Answer(stage.run(probe.commands[""]).stdout, "", 0)})
    assert {name: one.image for name, one in found.items()} == {"web": "shop:v1", "app": "shop:v1"}


def test_compose_reads_a_file_that_extends_another_one_where_that_one_is_of_the_commit_too():
    with Stage(git='exec /usr/bin/git "$@"', docker='case "$*" in *" config"*) cat base.yml ;; esac') as stage:
        committed(stage)
        done = stage.run(compose.call(SHOP, "reads/describe-target.sh", "v1"))
    assert (done.returncode, done.stdout) == (0, EXTENDS["base.yml"])


@pytest.mark.parametrize("text", ["", "a: [", "[]", "services: []", "x: !reset null"])
def test_a_file_that_says_nothing_names_no_service(text):
    assert read(base=text) == {}


@pytest.mark.parametrize(
    ("image", "live", "names"),
    [
        ("shop:v1", "shop:v1", True),
        ("${REGISTRY:-ghcr.io/us}/shop:v1", "else.org/shop:v1", True),
        ("${NAME}:v1", "shop:v1", True),
        ("shop@sha256:1", "shop@sha256:1", True),
        ("shop:${TAG:-v1}", "shop:v1", True),
        ("shop:${TAG:-v1}", "shop:v2", False),
        ("shop:${TAG}", "shop:v1", False),
        ("${IMAGE}", "shop:v1", False),
        ("", "shop:latest", False),
    ],
)
def test_a_commit_names_an_image_where_its_tag_comes_from_no_other_file(image, live, names):
    assert Written(image).names(live) == names


@pytest.mark.parametrize(
    ("image", "mounts", "mounted"),
    [
        ("python:3.12", ["."], True),
        ("shop:latest", ["./"], True),
        ("nginx:1.25-alpine", ["./html"], True),
        ("shop:latest", ["./config"], False),
        ("shop:v1", ["./config"], False),
        ("python:3.12", [], False),
    ],
)
def test_code_that_is_mounted_is_not_in_the_image(image, mounts, mounted):
    assert Written(image, mounts).mounted == mounted


def test_what_a_later_file_does_not_say_stays_as_an_earlier_one_says_it():
    base = "services: {a: {image: x, volumes: [./src:/src], deploy: {replicas: 3}}, c: {scale: 2}, d: {deploy: none}}"
    found = read(base=base, override="services: {a: {volumes: [./b:/b]}}")
    assert found["a"] == Written("x", ["./src", "./b"], "3")
    assert (found["c"].replicas, found["d"].replicas) == ("2", "")
