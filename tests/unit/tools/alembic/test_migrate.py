"""A schema is moved in a container like the service's own, ends with its step, and ends nothing of anybody else."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time

import pytest
import yaml

from tasks.tools.alembic import migrate, rehearsal
from tasks.tools.alembic.schema_change import OverrideSql, SchemaChange
from tests.unit.support import laid
from tests.unit.support.deployment import environment
from tests.unit.support.stage import listed

STEP = "20240101-000000-abc123/05-downgrade.1;"
SQL = "SELECT 'own'"
# Every call is written down with the name it gives the server. The table holds what $FAKE/heads says; the operator's
# SQL, and alembic, do what $FAKE/own and $FAKE/alembic say. What psql gets is kept.
DOCKER = """#!/bin/sh
echo "$PGAPPNAME: $*" >> "$FAKE/asked"
case $* in
  ps*) cat "$FAKE/containers" ;;
  rm*) exit 1 ;;
  inspect*) cat "$FAKE/inspected" ;;
  run*|compose*) . "$FAKE/alembic" ;;
  *psql*) cat > "$FAKE/sql.$$"
    grep -q "'own'" "$FAKE/sql.$$" && . "$FAKE/own"
    ! grep -q to_regclass "$FAKE/sql.$$" || { echo table; cat "$FAKE/heads"; } ;;
esac
"""
INSPECTED = (
    "2",
    "shop_default ",
    "/srv",
    "app",
    "--add-host old:192.0.2.7 ",
    "sha256:1",
    "",
    "URL=a\\nb",
    "EMPTY=",
    ".",
)


class Host:
    """Runs scripts with such a `docker`."""

    def __init__(self, folder) -> None:
        self.folder = folder
        self.variables = {"PATH": f"{folder}:/usr/bin:/bin", "HOME": str(folder), "FAKE": str(folder)}
        (folder / "docker").write_text(DOCKER)
        (folder / "docker").chmod(0o755)
        (folder / "docker-compose").write_text('#!/bin/sh\nexec docker compose "$@"\n')
        (folder / "docker-compose").chmod(0o755)
        for name in ("asked", "own"):
            (folder / name).touch()
        (folder / "alembic").write_text('echo one > "$FAKE/heads"')
        (folder / "heads").write_text("two\n")
        (folder / "containers").write_text(listed("c1 api", "c2 db"))
        (folder / "override.sql").write_text(SQL)
        (folder / "app").mkdir()
        self.inspect(*INSPECTED)

    def inspect(self, *lines: str) -> None:
        (self.folder / "inspected").write_text("".join(f"{line}\n" for line in lines))

    def start(self, script: str) -> subprocess.Popen[str]:
        command = ["sh", "-c", laid.with_files(script)]
        pipe = subprocess.PIPE
        return subprocess.Popen(
            command, cwd=self.folder, env=self.variables, stdout=pipe, stderr=pipe, text=True, start_new_session=True
        )

    def run(self, script: str) -> tuple[int | None, str]:
        """Run a script and return its exit code and what it complained of."""
        ran = self.start(script)
        _out, err = ran.communicate(timeout=120)
        return ran.returncode, err

    def asked(self) -> list[str]:
        return (self.folder / "asked").read_text().splitlines()

    def made(self) -> str:
        """Return how the one container was made that alembic ran in."""
        (made,) = [line.partition(": ")[2] for line in self.asked() if " --name " in line]
        return made

    def names(self) -> list[str]:
        """Return the names that the server was told, in their order."""
        return list(dict.fromkeys(line.partition(": ")[0] for line in self.asked() if " psql " in line))


@pytest.fixture
def host(tmp_path) -> Host:
    return Host(tmp_path)


def move(*moves: str | OverrideSql, to: tuple[str, ...] = ("one",), implied: tuple[str, ...] = ()) -> str:
    change = SchemaChange(["two"], [*to], moves=list(moves or ("one",)), implied=[*implied])
    return migrate.move(environment(), "image", "downgrade", change)


OWN = OverrideSql("two", "one", SQL)


def test_environment_network_hosts_folder_and_user_of_the_service_are_taken_over(host):
    assert host.run(move()) == (0, "")
    made = host.made()
    assert " --network shop_default --volumes-from c1 --env-file " in made
    assert " --add-host old:192.0.2.7 -w /srv -u app -e PGOPTIONS=-c lock_timeout=5s " in made
    assert made.endswith(" --entrypoint alembic image downgrade one")


def test_the_environment_is_that_of_the_service_to_the_letter(host):
    keep = 'while [ "$1" != --env-file ]; do shift; done; cat "$2" > "$FAKE/env"; echo one > "$FAKE/heads"'
    (host.folder / "alembic").write_text(keep)
    assert host.run(move()) == (0, "")
    assert (host.folder / "env").read_text() == "URL=a\\nb\nEMPTY=\n"


@pytest.mark.parametrize(
    "lines",
    [
        ("1", "shop_default ", "/srv", "", "", "sha256:1", "", "A=x", "y", "."),
        ("1", "shop_default ", "/srv", "", "", "sha256:1", "", "A=x", "", "."),
        ("1", "shop_default ", "/srv", "", "", "sha256:1", "", "A=x", "", "", "."),
        ("1", "shop_default other ", "/srv", "", "", "sha256:1", "", "A=x", "."),
        (),
    ],
)
def test_what_cannot_be_copied_exactly_is_left_to_compose_with_the_image_that_is_meant(host, lines):
    host.inspect(*lines)
    last = 'while [ "$1" != run ]; do last=$1; shift; done; cat "$last" > "$FAKE/last"; echo one > "$FAKE/heads"'
    (host.folder / "alembic").write_text(last)
    assert host.run(move()) == (0, "")
    made = host.made()
    assert made.startswith("compose -p app -f docker-compose.yml -f /")
    assert " run --rm -T --no-deps --name app-rollback-api " in made
    assert yaml.safe_load((host.folder / "last").read_text()) == {"services": {"api": {"image": "image"}}}


KEEP = 'while [ "$1" != --env-file ]; do shift; done; cat "$2" > "$FAKE/env"; echo one > "$FAKE/heads"'
DIRECT = {"URL": "postgresql://u:$WORD@db/$EMPTY", "MORE": "plain text"}


def told(host, **alembic):
    """Move the schema as an alembic of hosts.yaml that has these keys too."""
    database = {"name": "d", "user": "u", "alembic": {"service": "api", **alembic}}
    change = SchemaChange(["two"], ["one"], moves=["one"])
    return host.run(migrate.move(environment(database=database), "image", "downgrade", change))


@pytest.mark.parametrize("where", [".env", "login"])
def test_variables_for_alembic_take_the_place_of_the_services_and_are_in_no_command_line(host, where):
    host.variables.update({"WORD": "geheim"} if where == "login" else {})
    (host.folder / "app" / ".env").write_text("WORD='geheim'\n" if where == ".env" else "")
    (host.folder / "alembic").write_text(KEEP)
    assert told(host, environment=DIRECT) == (0, "")
    assert (host.folder / "env").read_text() == "EMPTY=\nURL=postgresql://u:geheim@db/\nMORE=plain text\n"
    assert "geheim" not in "".join(host.asked())


def test_variables_for_alembic_reach_what_compose_runs_by_its_environment(host):
    host.inspect()
    host.variables["WORD"] = "it's geheim"
    (host.folder / "alembic").write_text('printf "%s" "$URL" > "$FAKE/env"; echo one > "$FAKE/heads"')
    assert told(host, environment={"URL": "x=$WORD"}) == (0, "")
    assert (host.folder / "env").read_text() == "x=it's geheim"
    assert " -e URL -e PGOPTIONS=" in host.made()
    assert "geheim" not in "".join(host.asked())


def test_a_variable_that_nobody_has_is_a_refusal(host):
    code, err = told(host, environment={"URL": "$NOBODY"})
    assert (code, err) == (2, "alembic.environment: there is no variable NOBODY\n")
    assert not [line for line in host.asked() if " --name " in line]


@pytest.mark.parametrize(
    ("command", "entry", "words"),
    [
        ("alembic -n shop", "alembic", "-n shop downgrade one"),
        ("flask db", "flask", "db downgrade one"),
        ("poetry run alembic", "poetry", "run alembic downgrade one"),
        ("uv run --no-sync alembic -c db/alembic.ini", "uv", "run --no-sync alembic -c db/alembic.ini downgrade one"),
    ],
)
def test_alembic_is_started_by_the_words_of_its_command(host, command, entry, words):
    assert told(host, command=command) == (0, "")
    assert host.made().endswith(f" --entrypoint {entry} image {words}")


def test_a_preview_removes_no_container_and_has_a_name_of_its_own(host):
    host.run(migrate.preview(environment(), "image", SchemaChange(["two"], ["one"], ["one"])))
    assert not [line for line in host.asked() if ": rm " in line]
    assert re.search(r" --name app-preview-\d+ ", host.made())
    assert host.made().endswith(" image downgrade two:one --sql")


def test_a_move_removes_what_an_earlier_one_left(host):
    host.run(move())
    assert ": rm -f app-rollback-api" in "\n".join(host.asked())


def test_where_the_heads_are_there_already_nothing_is_run(host):
    (host.folder / "heads").write_text("one\n")
    assert host.run(move()) == (0, "")
    assert not [line for line in host.asked() if " --name " in line]


@pytest.mark.parametrize(
    ("held", "good"),
    [
        ("a\nb\n", True),
        ("b\nold\na\n", True),
        ("a\nb\nold.1\n", False),
        ("a\nold\n", False),
        ("a\nb\nc\n", False),
        ("old\n", False),
        ("", False),
    ],
)
def test_heads_that_say_nothing_new_may_stay_and_no_others(host, held, good):
    (host.folder / "alembic").write_text(f"printf '%s' '{held}' > \"$FAKE/heads\"")
    code, err = host.run(move("b", to=("b", "a"), implied=("old", "old-1")))
    assert code == (0 if good else 1)
    assert good or err.endswith(", not at a, b\n")


@pytest.mark.parametrize(("held", "good"), [("", True), ("a\n", False)])
def test_base_is_no_head_at_all(host, held, good):
    (host.folder / "alembic").write_text(f"printf '%s' '{held}' > \"$FAKE/heads\"")
    assert host.run(move("base", to=())) == ((0, "") if good else (1, "the database is at a, not at base\n"))


def test_heads_that_cannot_be_read_are_not_taken_for_none(host):
    (host.folder / "docker").write_text(DOCKER.replace("*psql*)", "*psql*) exit 2;;\n *never*)"))
    code, err = host.run(move("base", to=()))
    assert (code, err) == (1, "the heads of the database cannot be read\n")


def test_that_alembic_was_killed_is_said(host):
    (host.folder / "alembic").write_text("exit 137")
    code, err = host.run(move())
    assert (code, "too little memory" in err) == (137, True)


@pytest.mark.parametrize("path", ["staging/app", "/srv/app", "app "])
def test_deployments_whose_folders_are_called_alike_share_no_container(path):
    def names(where: str) -> set[str]:
        one = environment(app={"path": where})
        return {migrate.prefix(one), *(migrate.stop(one) + rehearsal.stop(one)).split()[3:]}

    assert names("app") >= {"app", "app-rehearsal"}
    assert not {n for n in names("app") if "app" in n} & names(path)


@pytest.mark.parametrize(
    ("path", "name"), [("jctc-app", "jctc-app"), ("~/jctc-app", "jctc-app"), ("/srv/My.app_2/", "srv_My.app_2")]
)
def test_a_path_that_docker_takes_as_a_name_is_the_name(path, name):
    assert migrate.prefix(environment(app={"path": path})) == name


def test_a_path_that_docker_does_not_take_becomes_a_name_of_its_own():
    paths = ("my app", "my-app", "my+app", ".app", "_app", "café", "cafè", ".")
    names = {migrate.prefix(environment(app={"path": path})) for path in paths}
    assert len(names) == len(paths)
    assert all(re.fullmatch(r"[a-zA-Z0-9][a-zA-Z0-9_.-]*", name) for name in names)


def test_the_operators_sql_and_the_row_are_one_transaction(host):
    (host.folder / "own").write_text('echo one > "$FAKE/heads"')
    assert host.run(move(OWN)) == (0, "")
    (given,) = [path.read_text() for path in host.folder.glob("sql.*") if "own" in path.read_text()]
    begin, sql, row, commit = (given.index(part) for part in ("BEGIN;", SQL, "UPDATE", "COMMIT;"))
    assert begin < sql < row < commit
    assert given.startswith("SET lock_timeout = '5s';")
    arguments = [line for line in host.asked() if "fab_from=two" in line]
    assert " -v fab_to=one" in arguments[0]


def test_without_the_operators_sql_the_row_stays(host):
    (host.folder / "override.sql").unlink()
    code, err = host.run(move(OWN))
    assert (code, "there is no " in err) == (1, True)


def test_the_server_is_told_which_step_the_operators_sql_is_for(host):
    host.variables["FAB_ROLLBACK_STEP"] = STEP
    (host.folder / "own").write_text('echo one > "$FAKE/heads"')
    host.run(move(OWN))
    assert host.names() == [STEP]


def test_what_a_failed_move_left_in_the_server_is_ended(host):
    host.variables["FAB_ROLLBACK_STEP"] = STEP
    (host.folder / "own").write_text("exit 3")
    assert host.run(move(OWN)) == (3, "")
    assert host.names() == [STEP, f"{STEP} ends"]
    assert "pg_terminate_backend" in "".join(path.read_text() for path in host.folder.glob("sql.*"))


def test_what_a_move_that_ran_out_of_time_left_in_the_server_is_ended(host):
    host.variables["FAB_ROLLBACK_STEP"] = STEP
    (host.folder / "own").write_text('touch "$FAKE/begun"; exec sleep 60')
    ran = host.start(move(OWN))
    end = time.monotonic() + 60
    while not (host.folder / "begun").exists() and time.monotonic() < end:
        time.sleep(0.01)
    os.killpg(ran.pid, signal.SIGTERM)
    ran.communicate(timeout=120)
    assert ran.returncode == -signal.SIGTERM
    assert host.names() == [STEP, f"{STEP} ends"]


def test_that_the_server_cannot_be_asked_to_end_it_is_said(host):
    (host.folder / "own").write_text('echo false > "$FAKE/own"; printf "#!/bin/sh\nexit 1" > "$FAKE/docker"; exit 3')
    assert "could not be ended" in host.run(move(OWN))[1]
