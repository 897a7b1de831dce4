"""What runs, as labels of containers and hosts.yaml say it together."""

from __future__ import annotations

import sys

import pytest

from tasks.config.settings import App, Compose, Environment, HostSettings
from tasks.ssh.shell import quote
from tasks.tools.compose import labels
from tasks.tools.compose.compose import Deployment
from tests.unit.support.stage import Stage

LASTING = "False"  # what compose calls oneoff
MINE = ("shop", "@", "@/a.yml", "", "2.40.3")


def docker(*containers: tuple[str, ...]) -> str:
    """Return a docker that tells these labels; @ is the checkout, ~ the login's home."""
    lines = "\n".join("\t".join(("id", "name", "Up", "api", LASTING, *one, ".")) for one in containers)
    return f'case "$1" in ps) printf "%s\\n" {quote(lines)} | sed "s#@#$PWD#g; s#~#$HOME#g" ;; esac'


def decided(*containers: tuple[str, ...], compose: str = "", last: str = "", **said: object) -> Deployment | str:
    """Return what runs where `containers` are and hosts.yaml says `said`, or why that cannot be told.

    `last` is the project that ran in the checkout when something was last stopped or started there.
    """
    asked = Environment(hosts=[HostSettings(host="h")], app=App(path="app"), compose=Compose(**said))
    with Stage(docker=docker(*containers), **{"docker-compose": compose}) as stage:
        app = stage.home / "app"
        (app / "deploy").mkdir(parents=True)
        (app / "deploy" / "a.yml").touch()
        (app / ".git" / "fab-rollback").mkdir(parents=True)
        (app / ".git" / "fab-rollback" / "last-made").write_text(
            "\t".join((*labelled(project=last), ".")).replace("@", str(app)) if last else ""
        )
        done = stage.run(labels.probe(asked).commands[""])
        assert done.returncode in (0, 2)
        return done.stderr.strip() if done.returncode else labels.parse(asked.compose, done.stdout)


def labelled(**values: str) -> tuple[str, ...]:
    """Return the labels of a container, ordinary but for some."""
    names = ("project", "folder", "files", "env_file", "version")
    return tuple({**dict(zip(names, MINE, strict=True)), **values}.values())


def test_all_is_what_the_containers_were_made_with():
    runs = decided(labelled(project="shop-live", env_file="@/.env.prod"))
    assert (runs.project, runs.files, runs.env_files) == ("shop-live", ["a.yml"], [".env.prod"])
    assert (runs.folder, runs.command, runs.v1) == ("", "docker compose", False)


def test_where_nothing_runs_it_is_what_hosts_yaml_says_or_composes_own():
    runs = decided(labelled(folder="/other"))
    assert (runs.project, runs.files, runs.env_files) == (None, ["docker-compose.yml"], [])
    runs = decided(project="shop", file="deploy/a.yml", env_file=".env.prod")
    assert (runs.project, runs.files, runs.env_files) == ("shop", ["deploy/a.yml"], [".env.prod"])
    assert runs.folder == "deploy"


@pytest.mark.parametrize("made_of", ["@/.env,~/live.env", ""])
@pytest.mark.parametrize("live", ["../live.env", "~/live.env"])
def test_files_of_values_may_be_several_and_lie_beside_the_checkout(live, made_of):
    runs = decided(labelled(env_file=made_of), env_file=(".env", live))
    assert isinstance(runs, Deployment), runs
    assert [one.startswith("/") for one in runs.env_files] == [False, True]
    assert runs.env_files[1].count("/app") == 0 and runs.env_files[1].endswith("/live.env")


def test_where_nothing_is_left_it_is_what_was_there_last():
    runs = decided(last="shop-live")
    assert (runs.project, runs.files) == ("shop-live", ["a.yml"])
    assert decided(labelled(project="shop"), last="shop-live").project == "shop"
    assert decided(last="shop-live", project="shop-new").project == "shop-new"
    assert "/other" in decided(labelled(project="shop-live", folder="/other"), last="shop-live", project="shop-live")


@pytest.mark.parametrize(
    ("said", "made_of", "files"),
    [
        (None, ["@/a.yml,@/b.yml"], ["a.yml", "b.yml"]),
        ("a.yml", ["@/a.yml", "@/a.yml,@/b.yml"], ["a.yml", "b.yml"]),
        ("a.yml", ["@/monitoring.yml,@/more.yml", "@/a.yml"], ["a.yml", "monitoring.yml", "more.yml"]),
        (["a.yml", "new.yml"], ["@/a.yml"], ["a.yml", "new.yml"]),
        ("./a.yml", ["a.yml"], ["a.yml"]),
        (None, ["@/a.yml,/etc/shop.yml"], ["a.yml", "/etc/shop.yml"]),
    ],
)
def test_the_files_are_all_that_containers_were_made_of(said, made_of, files):
    assert decided(*(labelled(files=label) for label in made_of), file=said).files == files


@pytest.mark.parametrize("typed", ["@/deploy/a.yml", "a.yml", "deploy/a.yml"], ids=["", "v1, there", "v1, at the top"])
@pytest.mark.parametrize("said", ["deploy/a.yml", None])
def test_compose_works_in_the_folder_that_it_worked_in(said, typed):
    runs = decided(labelled(folder="@/deploy", files=typed), file=said)
    assert (runs.folder, runs.files) == ("deploy", ["deploy/a.yml"])


@pytest.mark.parametrize(
    ("said", "containers", "words"),
    [
        ({"file": "b.yml"}, [MINE], ["a.yml", "b.yml", "compose.file"]),
        ({"env_file": ".env"}, [labelled(env_file="@/.env.prod")], [".env.prod", "says .env", "compose.env_file"]),
        ({}, [labelled(env_file="@/.env.a"), labelled(env_file="@/.env.b")], [".env.a", ".env.b", "compose.env_file"]),
        ({"project": "shop"}, [labelled(folder="/srv/shop")], ["/srv/shop", "app.path"]),
        ({}, [MINE, labelled(project="shop-dev")], ["shop", "shop-dev", "compose.project"]),
    ],
)
def test_what_contradicts_is_refused_with_both_values(said, containers, words):
    refused = decided(*containers, **said)
    assert isinstance(refused, str)
    assert [word for word in words if word not in refused] == []


def test_hosts_yaml_chooses_between_two_projects():
    assert decided(MINE, labelled(project="shop-dev", files="@/dev.yml"), project="shop-dev").files == ["dev.yml"]


def test_a_project_below_does_not_count():
    assert decided(MINE, labelled(project="tool", folder="@/deploy")).project == "shop"


def test_a_job_of_compose_run_tells_nothing(monkeypatch):
    monkeypatch.setattr(sys.modules[__name__], "LASTING", "True")
    assert decided(labelled(project="shop-dev")).project is None


@pytest.mark.parametrize(
    ("version", "compose", "command", "v1"),
    [
        ("1.29.2", "echo 1.29.2", "docker-compose", True),
        ("2.40.3", "echo 1.29.2", "docker compose", False),
        ("", "echo 2.40.3", "docker-compose", False),
    ],
)
def test_the_compose_that_made_them_is_used(version, compose, command, v1):
    runs = decided(labelled(version=version), compose=compose)
    assert (runs.command, runs.v1) == (command, v1)
