"""Where a deployment is, read from what its host said."""

from __future__ import annotations

import json

import pytest

from tasks.preflight import state
from tasks.ssh import paths, shell
from tasks.ssh.shell import Answer
from tests.unit.support.deployment import environment
from tests.unit.support.stage import Stage

STATE = {"Status": "running", "StartedAt": "2024-01-01T00:00:00Z", "ExitCode": 0}


def answers(**said: str) -> dict[str, Answer]:
    """What a host says to all questions; a text that begins with `!` is a complaint."""
    asked = {name: said.get(name.replace(" ", "_"), "") for name in state.questions(environment())}
    return {n: Answer("", t[1:], 1) if t.startswith("!") else Answer(t, "", 0) for n, t in asked.items()}


def read(**said: str) -> state.State:
    return state.read(environment(), answers(**said))


def line(name: str = "/jctc_app", detail: dict = STATE) -> str:
    return "\t".join(["id", name, "app", "sha256:1", "img:2", "4", "proj", json.dumps(detail)])


def test_a_container_is_read_with_or_without_a_health_check():
    [plain] = read(containers=line()).containers
    assert (plain.name, plain.service, plain.image, plain.restarts) == ("jctc_app", "app", "sha256:1", 4)
    assert plain.running
    [sick] = read(containers=line(detail={**STATE, "Health": {"Status": "unhealthy"}})).containers
    assert not sick.running
    [gone] = read(containers=line(detail={**STATE, "Status": "restarting"})).containers
    assert not gone.running


def test_a_health_check_that_prints_tabs_does_not_hide_a_container():
    detail = {**STATE, "Health": {"Status": "healthy", "Log": [{"Output": "a\tb\nc"}]}}
    assert len(read(containers=line(detail=detail) + "\n" + line("/b")).containers) == 2


def test_the_checkout_is_read_with_its_branch_or_none():
    on = read(head="abc a subject: of\nmain\n")
    assert (on.head, on.subject, on.branch) == ("abc", "a subject: of", "main")
    assert read(head="abc x\n").branch == ""


def test_a_head_that_cannot_be_read_is_a_problem_and_not_an_empty_one():
    with Stage(git="echo 'fatal: bad object HEAD' >&2; exit 128") as stage:
        done = stage.run(state.questions(environment())["head"])
        assert done.returncode != 0


def test_a_detached_head_is_no_problem():
    with Stage(git='case "$*" in *symbolic-ref*) exit 1 ;; esac; echo abc subject') as stage:
        done = stage.run(state.questions(environment())["head"])
        assert (done.returncode, done.stdout) == (0, "abc subject\n")


@pytest.mark.parametrize(
    ("said", "modified", "untracked"),
    [
        ("", [], []),
        (" M a b.txt\0?? new\0", ["a b.txt"], ["new"]),
        ("R  new\0old\0MM x\0", ["new", "x"], []),
        ("UU both\0", ["both"], []),
    ],
)
def test_local_changes_are_told_from_new_files(said, modified, untracked):
    seen = read(changes=said)
    assert (seen.modified, seen.untracked) == (modified, untracked)


def test_free_space_is_told_by_mount_in_bytes():
    seen = read(
        free="Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/a 9 1 8 1% /\n/dev/b 9 1 3 1% /data\n"
    )
    assert seen.free == {"/": 8192, "/data": 3072}


@pytest.mark.parametrize(
    ("said", "rows"), [("none\n", []), ("table\n", []), ("table\nb\na\n", ["a", "b"]), ("!x", None)]
)
def test_no_table_and_no_rows_are_no_revision_and_no_answer_is_neither(said, rows):
    assert read(revision=said).revision == rows


@pytest.mark.parametrize(("said", "code"), [("200\n", 200), ("000\n", 0), ("", 0), ("curl: what", 0)])
def test_a_health_address_is_healthy_only_by_its_status(said, code):
    seen = read(url_0=said)
    assert seen.responses[0].code == code
    assert seen.healthy == (code == 200)


def test_what_could_not_be_read_stands_there_with_what_to_do():
    seen = read(engine="!permission denied while trying to connect to the Docker daemon socket")
    assert seen.engine == ""
    assert "docker group" not in seen.problems["engine"]
    assert "usermod -aG docker" in seen.problems["engine"]


def test_a_schema_of_odd_names_is_asked_for_in_quotes():
    odd = environment(
        database={"name": "d", "user": "u", "alembic": {"service": "api", "table": 'Ver"s', "schema": "o'x"}}
    )
    with Stage(docker='case "$1" in ps) echo id ;; *) cat >"$HOME/sql" ;; esac') as stage:
        stage.run(state.revision(odd))
        assert """to_regclass('"o''x"."Ver""s"')""" in (stage.home / "sql").read_text()


def test_a_database_that_is_down_is_named():
    with Stage(docker="") as stage:
        done = stage.run(f"( {state.revision(environment())} )")
        assert done.stderr == "the database container (db) is not running: fab containers.start\n"
        assert done.returncode == 1


def test_the_questions_are_answered_in_one_round_trip_also_where_nothing_is_there():
    mark = shell.nonce()
    with Stage() as stage:
        done = stage.run(shell.batch(state.questions(environment()), mark))
        found = shell.answers(done.stdout, done.stderr, mark)
    assert set(found) == set(state.questions(environment()))
    assert "no folder" in state.read(environment(), found).problems["containers"]


@pytest.mark.parametrize(("path", "folder"), [("app", "app"), ("~/app", "app"), ("/srv/my app/", "srv_my app")])
def test_the_state_folder_lies_in_the_home_outside_the_checkout(path, folder):
    with Stage() as stage:
        stage.run(f"docker {paths.state(environment(app={'path': path}))}")
        assert stage.calls == [["docker", f"{stage.home}/.fab-rollback/{folder}"]]
