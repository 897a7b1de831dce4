"""Every builder of shell text, run by a real sh with hostile settings and options: nothing else is run."""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec
import pytest
from hypothesis import example, given, settings

from tasks.config.settings import Address, Environment
from tasks.preflight.present import state
from tasks.ssh import paths, scripts, shell
from tasks.tools.compose import compose, images, inspect, labels, pruning, readiness, services
from tasks.tools.compose.compose import Built
from tasks.tools.compose.project import Project
from tasks.tools.git import checkout, commits
from tasks.tools.http import fetch
from tests.unit.support.stage import WORST, Stage, few, hostile

SHA = "ab" * 20
# A container of the project `app`, made in the checkout.
LABELLED = r"""
case "$*" in
  ps*) printf 'id\tc_db\tUp\tdb\tFalse\tapp\t%s\tb.yml\t\t1.29.2\t.\n' "$PWD" ;;
esac
"""
setting = hostile.map(lambda t: re.sub(r"[\x00-\x1f\x7f]|\.\.", "", t)).filter(lambda t: t and t[0] not in "-/~")
path = setting.filter(lambda t: "//" not in t and not t.endswith("/"))


def environment(value: str, folder: str = "app") -> Environment:
    """Every free text of hosts.yaml is `value`."""
    return msgspec.convert(
        {
            "hosts": [{"host": "h"}],
            "app": {"path": folder, "branch": value},
            "compose": {"file": [value, "b.yml"], "services": {"backend": "api", "database": "db"}},
            "database": {
                "name": value.encode()[:63].decode(errors="ignore"),
                "user": value,
                "backups": value,
                "alembic": {"service": "api", "config": value, "table": value, "schema": value},
            },
            "health": {"urls": ["http://127.0.0.1/" + re.sub(r"\s", "", value)], "timeout": 1},
        },
        Environment,
    )


def built(value: str) -> list[Built]:
    return [Built("api", f"{value}:latest")]


def decided(value: str) -> list[images.Decided]:
    return [images.Decided("api", value, f"kept-{value}", value)]


def target(value: str) -> images.Target:
    return images.Target(Project(name=value), "3")


SCRIPTS: dict[str, Callable[[Environment, str], str]] = {
    "compose.call": lambda e, v: compose.call(e, "reads/describe.sh", "ps", v),
    "labels.probe": lambda e, v: labels.probe(e).commands[""],
    "running.sh": lambda e, v: compose.call(e, "reads/running.sh", v),
    "state.questions": lambda e, v: shell.batch(state.probe(e).commands, shell.nonce()),
    "fetch.command": lambda e, v: fetch.command(Address(url=v, host=v, contains=v)),
    "state.folder": lambda e, v: f"cd {paths.state(e)}",
    "commits.in_the_way": lambda e, v: commits.in_the_way(e, v),
    "export-tree": lambda e, v: scripts.call("tools/git/export-tree.sh", v, shell.home("tree"), APP=paths.app(e)),
    "commits.git": lambda e, v: commits.git(e, "show", v),
    "commits.show_log": lambda e, v: commits.show_log(e, 3),
    "commits.show_one": lambda e, v: commits.show_one(e, v),
    "commits.positions": lambda e, v: commits.positions(e).commands[""],
    "commits.contained": lambda e, v: commits.contained(e, [v], SHA).commands[""],
    "checkout.check_out": lambda e, v: checkout.check_out(e, SHA, v, stash=True),
    "checkout.return_to_branch": lambda e, v: checkout.return_to_branch(e, SHA),
    "checkout.find_tip": lambda e, v: checkout.find_tip(e),
    "images.commit_files": lambda e, v: shell.batch(images.commit_files(e, SHA).commands, shell.nonce()),
    "images.kept_commits": lambda e, v: images.kept_commits(e).commands[""],
    "images.prepare": lambda e, v: images.prepare(e, target(v), built(v), SHA, decided=decided(v)),
    "inspect.names_now": lambda e, v: inspect.names_now(e).commands[""],
    "inspect.unnamed_volumes": lambda e, v: inspect.unnamed_volumes(e).commands[""],
    "pruning.prune": lambda e, v: pruning.prune(e, [v]),
    "readiness.wait": lambda e, v: readiness.wait(e, [v], [Address(url=v, host=v, contains=v)]),
    "images.keep": lambda e, v: images.keep(e, built(v), SHA),
    "stop.sh": lambda e, v: compose.call(e, "containers/stop.sh", "api", v),
    "restart.sh": lambda e, v: compose.call(e, "containers/restart.sh", "api", v),
    "start-existing.sh": lambda e, v: compose.call(e, "containers/start-existing.sh", "api", v),
    "services.start_missing": lambda e, v: services.start_missing(e, ["api", v]),
    "services.recreate": lambda e, v: services.recreate(e, ["api", v], {v: v}),
    "services.start": lambda e, v: services.start(e, target(v), built(v), SHA, decided(v), v),
    "services.build": lambda e, v: services.build(e, built(v)),
    "down.sh": lambda e, v: compose.call(e, "containers/down.sh", "down"),
}


@pytest.mark.parametrize("name", SCRIPTS)
@given(value=setting)
@example(WORST)
@settings(few, max_examples=3)
def test_no_setting_and_no_option_is_taken_for_a_command(name, value):
    with Stage() as stage:
        (stage.home / "app").mkdir()
        stage.run(SCRIPTS[name](environment(value), value))


@given(folder=path, value=setting)
@few
def test_compose_runs_in_the_checkout_with_the_files_of_hosts_yaml(folder, value):
    with Stage(**{"docker-compose": "pwd -P"}) as stage:
        (stage.home / folder).mkdir(parents=True)
        done = stage.run(compose.call(environment(value, folder), "reads/describe.sh", "ps"))
        assert done.stdout == f"{stage.home / folder}\n"
        [_asked, called] = stage.calls
        assert called == ["docker-compose", "--profile", "*", "-f", value, "-f", "b.yml", "config", "ps"]


@given(folder=path)
@few
def test_without_the_checkout_nothing_runs_and_the_setting_is_named(folder):
    with Stage() as stage:
        done = stage.run(compose.call(environment("x", folder), "reads/describe.sh", "ps"))
        assert stage.calls == []
        assert done.stderr == f"no folder {folder} on the host (app.path in hosts.yaml)\n"


@given(value=setting)
@example("=")
@few
def test_the_state_is_asked_with_the_settings_as_they_are(value):
    asked = environment(value)
    with Stage(docker=LABELLED, curl='cat >>"$HOME/asked"') as stage:
        (stage.home / "app").mkdir()
        stage.run(shell.batch(state.probe(asked).commands, shell.nonce()))
        assert re.sub(r'(["\\])', r"\\\1", asked.health.urls[0]) in (stage.home / "asked").read_text()
        [psql] = [call for call in stage.calls if call[:2] == ["docker", "exec"]]
        assert psql[psql.index("-U") + 1] == value
        assert psql[psql.index("-d") + 1] in (value, "dbname='" + re.sub(r"(['\\])", r"\\\1", value) + "'")


@given(ref=setting)
@few
def test_a_commit_arrives_at_git_as_it_was_typed_and_never_as_an_option(ref):
    with Stage() as stage:
        stage.run(commits.show_one(environment("x"), ref))
        [first, *_] = stage.calls
        assert first[-2:] == ["--end-of-options", f"{ref}^{{commit}}"]


@given(name=setting)
@few
def test_a_file_that_a_commit_lacks_is_named_as_it_is(name):
    with Stage(git="exit 1", docker=LABELLED) as stage:
        (stage.home / "app").mkdir()
        missing = images.commit_files(environment(name), SHA).commands["files"]
        assert stage.run(missing).stdout == f"missing {name}\nmissing b.yml\n"


@pytest.mark.parametrize(("tracked", "said"), [(":./.env", ["TAG=v1"]), (":./b.env", [])])
def test_what_a_commit_means_is_told_by_its_own_values_where_git_has_them(tracked, said):
    git = f'case "$*" in cat-file*"{tracked}") ;; show*) echo TAG=v1 ;; *) exit 1 ;; esac'
    compose = 'for word; do case $word in */.env) cat "$word" ;; esac; done'
    with Stage(git=git, docker=LABELLED, **{"docker-compose": compose}) as stage:
        (stage.home / "app").mkdir()
        described = stage.run(images.commit_files(environment("a.yml"), SHA).commands["described config"])
        assert described.stdout.split() == said


def test_docker_that_cannot_be_asked_is_not_docker_without_containers():
    with Stage(docker="exit 5") as stage:
        (stage.home / "app").mkdir()
        assert stage.run(inspect.containers(environment("x")).commands[""]).returncode == 5
