"""What moves the schema ends with its step, in containers and in the server, and ends nothing of anybody else."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time

import pytest

from tasks.ssh import scripts
from tasks.steps import database
from tasks.tools.alembic import migrate, rehearsal
from tasks.tools.alembic.schema_change import Move, OverrideSql, SchemaChange
from tests.unit.support import reports
from tests.unit.support.deployment import environment

STEP = "20240101-000000-abc123/05-downgrade.1;"
SQL = OverrideSql("two", "one", "SELECT 'own'")
# Every call is written down with the name it gives the server; the operator's SQL does what $FAKE/own says.
DOCKER = """#!/bin/sh
echo "$PGAPPNAME: $*" >> "$FAKE/asked"
case $* in ps*Label*) echo c1 db ;; ps*) echo c1 ;; rm*) exit 1 ;; exec*) cat > "$FAKE/sql.$$" ;; esac
if grep -q "'own'" "$FAKE/sql.$$" 2>/dev/null; then . "$FAKE/own"; fi
"""


class Host:
    """Runs scripts with a `docker` that answers nothing but the id of a container."""

    def __init__(self, folder) -> None:
        self.folder = folder
        self.variables = {"PATH": f"{folder}:/usr/bin:/bin", "HOME": str(folder), "FAKE": str(folder)}
        (folder / "docker").write_text(DOCKER)
        (folder / "docker").chmod(0o755)
        (folder / "docker-compose").symlink_to("docker")
        for name in ("asked", "own"):
            (folder / name).touch()
        (folder / "app").mkdir()

    def start(self, script: str, *words: str) -> subprocess.Popen:
        command = ["sh", "-c", scripts.with_files(script), "stop", *words]
        return subprocess.Popen(command, env=self.variables, stderr=subprocess.PIPE, text=True, start_new_session=True)

    def run(self, script: str, *words: str) -> list[str]:
        """Run a script and return the calls of docker."""
        self.start(script, *words).communicate(timeout=30)
        return self.asked()

    def asked(self) -> list[str]:
        return (self.folder / "asked").read_text().splitlines()

    def names(self) -> list[str]:
        """Return the names that the server was told, one for each psql that bears one."""
        return [line.partition(": ")[0] for line in self.asked() if " exec -i -e PGAPPNAME c1 psql " in line]


@pytest.fixture
def host(tmp_path) -> Host:
    return Host(tmp_path)


def move(own: Move) -> str:
    wanted = SchemaChange(from_heads=["two"], to_heads=["one"], moves=[own])
    return migrate.move(environment(), "image", "downgrade", wanted)


def test_a_preview_removes_no_container_and_has_a_name_of_its_own(host):
    asked = host.run(migrate.alembic(environment(), "image", "downgrade", "two:one", "--sql", aside=True))
    assert not [line for line in asked if " rm " in line]
    (made,) = [line for line in asked if " --name " in line]
    assert re.search(r" --name app-preview-\d+ ", made)


def test_a_move_removes_what_an_earlier_one_left(host):
    assert ": rm -f app-rollback-api" in host.run(move("one"))


@pytest.mark.parametrize("path", ["staging/app", "/srv/app", "app "])
def test_deployments_whose_folders_are_called_alike_share_no_container(path):
    def names(where: str) -> set[str]:
        one = environment(app={"path": where})
        found = (migrate.stop(one), rehearsal.stop(one), rehearsal.prepare(one, full=False), migrate.alembic(one, ""))
        return set(re.findall(r"[\w.-]*app[\w.-]*-(?:rehearsal|rollback-api)\b", "\n".join(found)))

    assert names("app") == {"app-rehearsal", "app-rollback-api"}
    assert len(names(path)) == 2
    assert not names("app") & names(path)


@pytest.mark.parametrize(
    ("path", "name"), [("jctc-app", "jctc-app"), ("~/jctc-app", "jctc-app"), ("/srv/My.app_2/", "srv_My.app_2")]
)
def test_a_path_that_docker_takes_as_a_name_is_the_name(path, name):
    assert migrate.called(environment(app={"path": path})) == name


def test_a_path_that_docker_does_not_take_becomes_a_name_of_its_own():
    paths = ("my app", "my-app", "my+app", ".app", "_app", "café", "cafè", ".")
    names = {migrate.called(environment(app={"path": path})) for path in paths}
    assert len(names) == len(paths)
    assert all(re.fullmatch(r"[a-zA-Z0-9][a-zA-Z0-9_.-]*", name) for name in names)


def test_the_server_is_told_which_step_the_operators_sql_is_for(host):
    host.variables["FAB_ROLLBACK_STEP"] = STEP
    host.run(move(SQL))
    assert host.names()[0] == STEP


def test_what_a_failed_move_left_in_the_server_is_ended(host):
    host.variables["FAB_ROLLBACK_STEP"] = STEP
    (host.folder / "own").write_text("exit 3")
    ran = host.start(move(SQL))
    assert (ran.communicate(timeout=30)[1], ran.returncode) == ("", 3)
    assert host.names() == [STEP, f"{STEP} ends"]
    assert "pg_terminate_backend" in "".join(path.read_text() for path in host.folder.glob("sql.*"))


def test_what_a_move_that_ran_out_of_time_left_in_the_server_is_ended(host):
    host.variables["FAB_ROLLBACK_STEP"] = STEP
    (host.folder / "own").write_text('touch "$FAKE/begun"; exec sleep 60')
    ran = host.start(move(SQL))
    end = time.monotonic() + 10
    while not (host.folder / "begun").exists() and time.monotonic() < end:
        time.sleep(0.01)
    os.killpg(ran.pid, signal.SIGTERM)
    ran.communicate(timeout=30)
    assert ran.returncode == 143
    assert host.names() == [STEP, f"{STEP} ends"]


def test_that_the_server_cannot_be_asked_to_end_it_is_said(host):
    (host.folder / "own").write_text('echo false > "$FAKE/own"; printf "#!/bin/sh\\nexit 1" > "$FAKE/docker"; exit 3')
    assert "could not be ended" in host.start(move(SQL)).communicate(timeout=30)[1]


def test_a_stopped_downgrade_is_ended_in_the_server_even_where_its_container_is_gone(host):
    wanted = SchemaChange(from_heads=["two"], to_heads=["one"], moves=[SQL])
    step = database.downgrade.step(reports.downgrade(wanted, safety=None))
    removed, ended = host.run(step.stop, STEP)
    assert removed.endswith(": rm -f app-rollback-api")
    assert " id-db psql " in ended
    assert ended.endswith(f"step={STEP}")
