"""A rehearsal runs on a server of its own in a network without a way out, and leaves nothing behind."""

from __future__ import annotations

import subprocess
from typing import Any

import pytest

from tasks.config.settings import Address
from tasks.ssh.shell import Answer
from tasks.tools.alembic import rehearsal
from tasks.tools.alembic.schema_change import Move, OverrideSql, SchemaChange
from tasks.tools.alembic.trial import Trial
from tasks.tools.git.commits import Commit
from tests.unit.support import laid
from tests.unit.support.deployment import environment
from tests.unit.support.stage import listed

WHOLE = "the-clone-is-whole"
# $FAKE/clone is what the server of the clone says to the dump, $FAKE/heads what alembic's table holds there afterwards.
DOCKER = """#!/bin/sh
echo "$*" >> "$FAKE/asked"
case $* in
  ps*) cat "$FAKE/containers" ;;
  inspect*RestartCount*|inspect*ExtraHosts*) printf '1\\nshop \\n/srv\\n\\n\\nsha256:api\\n\\nA=b\\n.\\n' ;;
  inspect*Mounts*) cat "$FAKE/mounts" ;;
  inspect*compose.service*) printf 'db\\npooler\\n' ;;
  inspect*) printf 'sha256:db|postgres:15|1001:0|/shop_db_1 abc123 db \\n' ;;
  *pg_ctl*) cat > "$FAKE/dumped"; cat "$FAKE/clone" ;;
  *" -u 0 "*"sh -s"*) echo 1001 ;;
  *pg_dump*" -O "*) cat "$FAKE/schema" ;;
  exec*" sh -c "*pg_dump*) while [ "$1" != sh ]; do shift; done; PATH=$FAKE/inside:$PATH exec "$@" ;;
  *pg_dump*) printf '%s\\n' "-- pg_dump${*##* pg_dump}" ;;
  *psql*) cat > "$FAKE/sql.$$"; ! grep -q "'own'" "$FAKE/sql.$$" || exec sh "$FAKE/own"
    ! grep -q to_regclass "$FAKE/sql.$$" || { echo table; cat "$FAKE/heads"; }
    ! grep -q "'port'" "$FAKE/sql.$$" || printf "port = '5433'\\n"
    ! grep -q hashtextextended "$FAKE/sql.$$" || cat "$FAKE/values"
    ! grep -q extconfig "$FAKE/sql.$$" || echo 'cron.job' ;;
  run*--rm*) . "$FAKE/alembic" ;;
esac
"""


def thing(name: str, kind: str, schema: str, text: str) -> str:
    """Return what pg_dump prints of one thing."""
    return f"--\n-- Name: {name}; Type: {kind}; Schema: {schema}; Owner: -\n--\n\n{text}\n\n\n"


class Rehearsed:
    """What came of a rehearsal with such a docker."""

    def __init__(
        self,
        folder,
        *moves: Move,
        full: bool = False,
        tried: Trial | None = None,
        up: bool = False,
        ahead: bool = False,
        snapshot: str = "",
        sections: Any = None,
        docker_text: str = DOCKER,
        **files: str,
    ) -> None:
        ordinary = {
            "containers": listed("c1 api", "c2 db"),
            "clone": WHOLE,
            "heads": "one\n",
            "alembic": ":",
            "own": ":",
        }
        ordinary |= {"schema": "", "mounts": ""}
        for name, text in {**ordinary, "override.sql": "SELECT 'own'", **files}.items():
            (folder / name).write_text(text)
        (folder / "docker").write_text(docker_text)
        (folder / "docker").chmod(0o755)
        laid.programs_inside(folder)
        (folder / "app").mkdir()
        change = SchemaChange(["two"], ["one"], moves=list(moves or ("one",)))
        script = rehearsal.downgrade(environment(**(sections or {})), "image", change, full, tried)
        if ahead:
            script = rehearsal.ahead(environment(), "image", change, full, tried, "")
        if up:
            script = rehearsal.upgrade(environment(), "image", change, "Ways out: none")
        if snapshot:
            script = rehearsal.compare(environment(), "image", change, "Ways out: none", snapshot)
        self.state, name = (
            folder / ".fab-rollback/app",
            rehearsal.known_schema(environment(), ["one"]).rpartition("/")[2],
        )
        (self.state / "schemas").mkdir(parents=True)
        if "known" in files:
            (self.state / "schemas" / name).write_text(files["known"])
        variables = {"PATH": f"{folder}:/usr/bin:/bin", "FAKE": str(folder), "HOME": str(folder)}
        done = subprocess.run(
            ["sh", "-c", laid.with_files(script)],
            env=variables,
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=120,
        )
        self.code, self.out, self.err, self.folder = done.returncode, done.stdout, done.stderr, folder
        self.asked = (folder / "asked").read_text().splitlines()

    def kept(self) -> list[tuple[str, str]]:
        """What was found, as the next plan reads it."""
        (file,) = (self.state / "rehearsals").iterdir()
        read = rehearsal.kept(environment(), "image", SchemaChange(["two"], ["one"])).read
        return read({"": Answer(file.read_text(), "", 0)}).findings

    def calls(self, *words: str) -> list[str]:
        return [line for line in self.asked if all(word in line for word in words)]


def test_a_downgrade_that_works_on_a_clone_is_said(tmp_path):
    done = Rehearsed(tmp_path)
    assert (done.code, done.out, done.err) == (0, "the downgrade works on a clone\n", "")


def test_it_goes_down_up_again_and_down(tmp_path):
    moves = [call.partition(" --entrypoint alembic image ")[2] for call in Rehearsed(tmp_path).calls("run --rm")]
    assert moves == ["downgrade one", "upgrade two", "downgrade one"]


def test_alembic_runs_as_the_login_of_its_service_and_not_as_the_servers(tmp_path):
    done = Rehearsed(tmp_path)
    assert done.calls("exec -i -u 1001 ")
    assert not [call for call in done.calls("run --rm") if " -u " in call]


def test_that_it_cannot_go_up_again_is_found_and_kept_and_refuses_nothing(tmp_path):
    up = 'case "$*" in *upgrade*) echo "x.ProgrammingError: (DuplicateObject) type mood exists"; echo; exit 1 ;; esac'
    done = Rehearsed(tmp_path, alembic=up)
    why = "x.ProgrammingError: (DuplicateObject) type mood exists"
    said = f"undo could not upgrade again, only bring the snapshot back: {why}"
    assert (done.code, said in done.out) == (0, True)
    assert done.kept() == [("undo", said)]
    assert (tmp_path / "no-way-up").exists()


def test_what_is_not_as_it_was_after_down_and_up_is_named(tmp_path):
    up = 'case "$*" in *upgrade*) cp "$FAKE/new" "$FAKE/schema" ;; esac'
    new = thing("s", "TYPE", "public", "CREATE TYPE public.s AS ENUM ('sad');")
    done = Rehearsed(tmp_path, alembic=up, new=new)
    assert done.kept() == [("undo", "undo would not bring back the schema as it is, by upgrading: TYPE public.s")]


def test_what_a_downgrade_leaves_behind_is_compared_with_the_schema_of_the_release_it_leads_to(tmp_path):
    left = thing("mood", "TYPE", "public", "CREATE TYPE public.mood AS ENUM ();")
    known = "#15\nSEQUENCE public.s|CREATE SEQUENCE public.s;\n"
    done = Rehearsed(tmp_path, schema=f"-- Dumped by pg_dump version 15.3\n{left}", known=known)
    assert done.kept() == [
        ("left", "the downgrade leaves behind what the release it leads to did not have: TYPE public.mood"),
        ("lacks", "the downgrade does not bring back what the release it leads to had: SEQUENCE public.s"),
    ]
    (tmp_path / "again").mkdir()
    assert Rehearsed(tmp_path / "again", known=known.replace("15", "14")).kept() == []


def test_an_upgrade_is_tried_once(tmp_path):
    done = Rehearsed(tmp_path, up=True)
    assert [call.partition(" image ")[2] for call in done.calls("run --rm")] == ["upgrade one"]
    assert done.out == "the upgrade works on a clone\n"


def test_an_upgrade_with_all_data_is_compared_with_the_snapshot_under_a_name_of_its_own(tmp_path):
    done = Rehearsed(tmp_path, snapshot="d__snap_1", values="public.items\t2\t77\t[]\nend\n")
    assert (done.code, done.out) == (0, "the upgrade works on a clone\nALIKE\tpublic.items\t2\n")
    (network,) = done.calls("network create --internal app-rehearsal-")
    assert done.calls(f"run -d --name {network.split()[-1]} ") and not done.calls("--tmpfs")
    assert done.calls("-d d__snap_1 ", "besides=") and done.calls("-d d ", "besides=")


def test_of_a_snapshot_that_could_not_be_read_nothing_is_claimed(tmp_path):
    done = Rehearsed(tmp_path, snapshot="d__snap_1", values="public.items\t2\t77\t[]\n")
    assert (done.code, done.out) == (1, "the upgrade works on a clone\n")
    assert done.err == "the snapshot could not be read to its end\n"


def test_the_clone_answers_to_the_names_of_the_real_server_in_a_network_without_a_way_out(tmp_path):
    done = Rehearsed(tmp_path)
    assert done.calls("network create --internal app-rehearsal")
    (server,) = done.calls("run -d")
    aliases = " ".join(f"--network-alias {name}" for name in ("db", "shop_db_1", "abc123", "db", "db", "pooler"))
    assert f"--name app-rehearsal --network app-rehearsal {aliases} --tmpfs " in server
    assert "sha256:db" in server


def test_the_server_is_made_anew_and_not_by_the_images_entrypoint_as_the_login_that_the_real_one_runs_as(tmp_path):
    done = Rehearsed(tmp_path)
    (server,) = done.calls("run -d")
    assert " -u 0 -e PGHOST=/fab-rollback -e PGPORT=5433 --no-healthcheck --entrypoint sh sha256:db " in server
    assert done.calls("exec -i -u 0 app-rehearsal sh -s /fab-rollback 1001:0")
    assert done.calls("exec -i -u 1001 app-rehearsal sh -c ")
    configuration = (tmp_path / "dumped").read_text().split("\n.\n")[0]
    for line in ("port = '5433'", "unix_socket_directories = '/fab-rollback'", "listen_addresses = '*'"):
        assert line in configuration.splitlines()


def test_no_password_of_a_role_is_copied(tmp_path):
    calls = Rehearsed(tmp_path).calls("pg_dumpall")
    assert calls
    assert [call for call in calls if " --roles-only --no-role-passwords" not in call] == []


def test_a_server_elsewhere_is_made_of_the_clients_image_and_has_the_names_that_the_service_knows_it_by(tmp_path):
    known = {"name": "d", "user": "u", "address": "db.example:6432", "client": "pg:17", "alembic": {"service": "api"}}
    hosts = DOCKER.replace("/srv\\n\\n\\n", "/srv\\n\\n--add-host database:192.0.2.7 --add-host old:192.0.2.8 \\n")
    done = Rehearsed(tmp_path, sections={"database": known}, docker_text=hosts)
    (server,) = done.calls("run -d")
    for name in ("db.example", "database", "old"):
        assert f" --network-alias {name} " in server
    assert " -e PGPORT=6432 " in server and " pg:17 " in server
    assert not [call for call in done.calls("run --rm") if "--add-host" in call]


def test_alembic_runs_beside_the_clone_and_not_beside_the_real_server(tmp_path):
    alembic, *_ = Rehearsed(tmp_path).calls("run --rm")
    assert "--name app-rehearsal-alembic --network app-rehearsal " in alembic
    assert alembic.endswith(" image downgrade one")


def test_the_schema_and_the_rows_of_alembics_table_are_cloned_and_with_full_everything(tmp_path):
    Rehearsed(tmp_path)
    dumped = (tmp_path / "dumped").read_text()
    assert "pg_dump -U u -d d --no-tablespaces -C -s\n" in dumped
    assert 'pg_dump -U u -d d --no-tablespaces -t "public"."alembic_version" -t cron.job -a\n' in dumped
    assert dumped.endswith(f"\\echo {WHOLE}\n")


def test_with_all_data_the_dump_is_one_and_the_disk_is_used(tmp_path):
    done = Rehearsed(tmp_path, full=True)
    assert (tmp_path / "dumped").read_text().count("-- pg_dump") == 2  # the roles, and everything
    assert not done.calls("--tmpfs")


def test_everything_is_cleared_away_in_the_end(tmp_path):
    done = Rehearsed(tmp_path)
    assert done.asked[-2] == "rm -fv app-rehearsal app-rehearsal-alembic app-rehearsal-app"
    assert done.asked[-1] == "network rm app-rehearsal"


def test_a_clone_that_is_not_whole_is_no_rehearsal_and_no_password_is_shown(tmp_path):
    done = Rehearsed(tmp_path, clone="ERROR: no\nALTER ROLE u PASSWORD 'secret'\n")
    assert (done.code, done.err) == (1, "the clone for the rehearsal could not be made\n")
    assert done.out == "ERROR: no\n"
    assert not done.calls("run --rm")


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({"alembic": "exit 1"}, "the rehearsal of downgrade one failed. Ways out: --no-database"),
        ({"alembic": "echo a.Error: no; exit 1"}, "the rehearsal of downgrade one failed: a.Error: no. Ways out: --no"),
        ({"heads": "two\n"}, "the rehearsal led to two, not to one"),
        ({"heads": ""}, "the rehearsal led to base, not to one"),
        ({"containers": listed("c1 api")}, "the database container (db) is not running"),
    ],
)
def test_what_cannot_work_is_refused_in_one_line(tmp_path, files, why):
    done = Rehearsed(tmp_path, **files)
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert done.err.startswith(why)


def test_the_operators_sql_runs_on_the_clone(tmp_path):
    done = Rehearsed(tmp_path, OverrideSql("two", "one", "SELECT 'own'"))
    assert done.code == 0
    assert [call.partition(" image ")[2] for call in done.calls("run --rm")] == ["upgrade two"]
    moved, _ = [call for call in "\n".join(done.asked).split("exec -i ") if "fab_from=two" in call]
    assert " app-rehearsal " in moved


def test_sql_of_the_operator_that_fails_is_named(tmp_path):
    done = Rehearsed(tmp_path, OverrideSql("two", "one", "SELECT 'own'"), own="exit 3")
    assert done.code == 2
    assert done.err.startswith("the SQL in place of two's downgrade failed in the rehearsal. Ways out: ")


def test_an_image_is_tried_on_the_downgraded_clone(tmp_path):
    commit = Commit("b" * 40, "bbbbbbb", "2024-01-01 00:00", "Ada", "Good")
    done = Rehearsed(tmp_path, tried=Trial(commit, "api", "api:b", {Address(url="http://127.0.0.1:8000/"): 80}))
    assert "the downgrade works on a clone" in done.out
    assert "is not tried: the environment" in done.out


def test_a_rehearsal_that_found_nothing_is_told_from_none_at_all():
    read = rehearsal.kept(environment(), "image", SchemaChange(["two"], ["one"])).read
    assert read({"": Answer("at 5\n", "", 0)}).at == 5
    assert read({"": Answer("", "", 0)}).at == 0


def test_a_release_is_brought_up_first_and_what_is_there_now_is_what_it_must_lead_back_to(tmp_path):
    done = Rehearsed(tmp_path, ahead=True)
    moves = [call.partition(" --entrypoint alembic image ")[2] for call in done.calls("run --rm")]
    assert (done.code, moves) == (0, ["upgrade two", "downgrade one", "upgrade two", "downgrade one"])
    assert done.calls("network create --internal app-rehearsal-")


def test_a_release_that_cannot_be_brought_up_is_named(tmp_path):
    done = Rehearsed(tmp_path, ahead=True, alembic='case "$*" in *upgrade*) echo "x.Error: no"; exit 1 ;; esac')
    assert (done.code, done.err) == (2, "the rehearsal of upgrade two failed: x.Error: no\n")
