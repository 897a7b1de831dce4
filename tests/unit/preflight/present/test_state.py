"""Where a deployment is, put together from what its host said."""

from __future__ import annotations

import json

import pytest

from tasks.console.errors import Refused
from tasks.preflight.present import state
from tasks.preflight.present.state import State
from tasks.ssh import paths, shell
from tasks.ssh.shell import Answer
from tests.unit.support import deployment
from tests.unit.support.deployment import container, environment
from tests.unit.support.stage import Stage

STATE = {"Status": "running", "StartedAt": "2024-01-01T00:00:00Z", "ExitCode": 0}


def read(**said: str) -> State:
    """The state that a host's words describe; a text that begins with `!` is a complaint."""
    probe = state.probe(environment())
    texts = {name: said.get(name.replace(" ", "_"), "") for name in probe.commands}
    return probe.read({n: Answer("", t[1:], 1) if t.startswith("!") else Answer(t, "", 0) for n, t in texts.items()})


def test_every_part_has_its_place():
    container = "\t".join(["id", "/shop_app", "app", "sha256:1", "img:2", "4", "proj", "always", json.dumps(STATE)])
    seen = read(
        engine="20.10\n",
        compose="2.1\n",
        head="abc a subject\nmain\n",
        changes_status=" M a.py\0?? b.py\0",
        containers=container,
        revision="table\nb\na\n",
        url_0="302\n",
        activity="12 34\n",
    )
    assert (seen.engine, seen.compose, seen.activity) == ("20.10", "2.1", "12 34")
    assert (seen.head, seen.subject, seen.branch) == ("abc", "a subject", "main")
    assert (seen.modified, seen.revision) == (["a.py"], ["a", "b"])
    assert [c.name for c in seen.of("app")] == ["shop_app"]
    assert not seen.healthy
    assert seen.problems == {}


def test_what_other_runs_do_is_asked_before_all_else():
    assert state.probe(environment()).early() == {"activity"}


def test_a_deployment_without_a_database_has_no_revision_to_read():
    probe = state.probe(environment(database=None))
    assert "revision" not in probe.commands
    assert probe.read(dict.fromkeys(probe.commands, Answer("", "", 0))).revision is None


@pytest.mark.parametrize("part", sorted(state.probe(environment()).commands))
def test_what_could_not_be_read_stands_there_with_what_to_do(part):
    seen = read(**{part.replace(" ", "_"): "!permission denied while trying to connect to the Docker daemon socket"})
    (where,) = seen.problems
    assert part in (where, f"{where} status", f"{where} kept")
    assert "usermod -aG docker" in seen.problems[where]


def test_a_host_that_cannot_be_worked_on_is_refused_in_one_line():
    with pytest.raises(Refused, match="^u@h: no engine. Nothing was changed.$"):
        state.require("u@h", State(problems={"engine": "no engine", "free": "x"}))
    state.require("u@h", State(problems={"free": "x"}))
    state.require("u@h", State(problems={"compose": "x"}), ("engine", "head"))


def test_all_is_answered_in_one_round_trip_also_where_nothing_is_there():
    probe, delimiter = state.probe(environment()), shell.nonce()
    with Stage() as stage:
        done = stage.run(shell.batch(probe.commands, delimiter, probe.early()))
        found = shell.answers(done.stdout, done.stderr, delimiter)
    assert set(found) == set(probe.commands)
    assert "no folder" in probe.read(found).problems["containers"]


@pytest.mark.parametrize(("path", "folder"), [("app", "app"), ("~/app", "app"), ("/srv/my app/", "srv_my app")])
def test_the_state_folder_lies_in_the_home_outside_the_checkout(path, folder):
    with Stage() as stage:
        stage.run(f"docker {paths.state(environment(app={'path': path}))}")
        assert stage.calls == [["docker", f"{stage.home}/.fab-rollback/{folder}"]]


def test_a_job_is_finished_only_while_the_application_goes_on_and_no_role_is_a_job():
    job, app = container("migrate", status="exited", restart="no"), container("api", status="exited", restart="no")
    assert deployment.state(container("api"), job).finished(environment()) == {"migrate"}
    assert deployment.state(container("worker"), job, app).finished(environment()) == {"migrate"}
    assert deployment.state(container("db"), job).finished(environment()) == set()
    undeclared = container("migrate", status="exited", restart="")
    assert deployment.state(container("api"), undeclared).finished(environment()) == {"migrate"}
    always = container("worker", status="exited", restart="always")
    assert deployment.state(container("api"), always).finished(environment()) == set()
