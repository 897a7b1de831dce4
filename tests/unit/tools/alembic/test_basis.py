"""What a rehearsal rests on is told by the host: each thing alone makes another basis, a doubt makes none."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tasks.ssh import scripts
from tasks.ssh.shell import Answer
from tasks.tools.alembic import rehearsal
from tasks.tools.alembic.kept_rehearsal import PARTS, Kept
from tasks.tools.alembic.revisions import Revision
from tasks.tools.alembic.schema_change import OverrideSql, SchemaChange
from tests.unit.support import laid
from tests.unit.support.deployment import environment
from tests.unit.support.stage import listed

# Every answer is a file in $FAKE; a program fails where that is called NAME.fails.
DOCKER = """#!/bin/sh
echo "$*" >> "$FAKE/asked"
say() { [ ! -e "$FAKE/$1.fails" ] || exit 1; cat "$FAKE/$1"; }
case $* in
  ps*) say containers ;;
  *ExtraHosts*) say run ;;
  *compose.service*) printf 'db\\n' ;;
  image*WorkingDir*) say own ;;
  image*.Id*) say image ;;
  inspect*"|"*) say server ;;
  *pg_ctl*) cat > "$FAKE/dumped"; echo the-clone-is-whole ;;
  *" -u 0 "*"sh -s"*) echo 1001 ;;
  *pg_dump*" -O "*) ;;
  exec*" sh -c "*pg_dump*) while [ "$1" != sh ]; do shift; done; PATH=$FAKE/inside:$PATH exec "$@" ;;
  *pg_dumpall*) say roles ;;
  *pg_dump*" -s") say schema ;;
  *pg_dump*" -a") say rows ;;
  *psql*)
    case $(cat) in
      *to_regclass*) printf 'table\\n'; say heads ;;
      *"version()"*) told=$(say version) && printf '# %s\\n' "$told" && say settings ;;
    esac ;;
  run*--entrypoint" timeout"*) say files ;;
esac
"""
SCHEMA = r"""\restrict a7b
-- Dumped from database version 15.3

--
-- Name: items; Type: TABLE; Schema: public; Owner: u
--

CREATE TABLE public.items (
    id integer
);


--
-- Name: f(); Type: FUNCTION; Schema: public; Owner: u
--

CREATE FUNCTION public.f() RETURNS integer
    LANGUAGE sql
    AS $$ SELECT 1 $$;


--
-- Name: TABLE items; Type: ACL; Schema: public; Owner: u
--

GRANT SELECT ON TABLE public.items TO reader;


\unrestrict a7b
--
-- PostgreSQL database dump complete
--
"""
FILES = {
    "containers": listed("c1 api", "c2 db"),
    "run": "2\nshop \n/srv\n\n\nsha256:api\n/srv/conf\t/data\t\nPATH=/bin\nA=b\n.\n",
    "own": "/srv\n\nPATH=/bin\n\n",
    "image": "sha256:api\n",
    "server": "sha256:db|1001:0|/shop_db_1 abc123 db \n",
    "roles": "\\restrict x1\nCREATE ROLE u;\n\\unrestrict x1\n",
    "schema": SCHEMA,
    "heads": "one\n",
    "rows": "COPY public.alembic_version (version_num) FROM stdin;\ntwo\n\\.\n",
    "settings": "port = '5433'\nTimeZone = 'UTC'\n",
    "version": "PostgreSQL 15.3\n",
    "files": "77aa  /srv/conf/x.py\n",
}
SOURCE = "def downgrade(): pass"


class Host:
    """A host on which a downgrade was rehearsed, and with it all that this rests on."""

    def __init__(self, folder: Path, change: SchemaChange | None = None) -> None:
        self.folder, self.settings = folder, environment()
        self.change = change or SchemaChange(["two"], ["one"], ["one"], (Revision("two", ("one",), source=SOURCE),))

    def laid(self) -> Host:
        """Lay the answers, and rehearse."""
        folder = self.folder
        for name, text in {**FILES, "override.sql": "SELECT 'own'"}.items():
            (folder / name).write_text(text)
        (folder / "docker").write_text(DOCKER)
        (folder / "docker").chmod(0o755)
        laid.programs_inside(folder)
        (folder / "app").mkdir()
        assert self.rehearse().returncode == 0
        return self

    def sh(self, script: str) -> subprocess.CompletedProcess:
        variables = {"PATH": f"{self.folder}:/usr/bin:/bin", "FAKE": str(self.folder), "HOME": str(self.folder)}
        command = ["sh", "-c", laid.with_files(script)]
        return subprocess.run(command, env=variables, cwd=self.folder, capture_output=True, text=True, timeout=120)

    def rehearse(self, **options: Any) -> subprocess.CompletedProcess:
        (self.folder / "asked").write_text("")
        return self.sh(rehearsal.downgrade(self.settings, "image", self.change, **options))

    def kept(self, image: str = "image", compare: bool = True) -> Kept:
        probe = rehearsal.kept(self.settings, image, self.change, compare)
        (command,) = probe.commands.values()
        done = self.sh(command)
        assert done.returncode == 0, done.stderr
        return probe.read({"": Answer(done.stdout, done.stderr, 0)})

    def another(self, name: str, old: str, new: str) -> None:
        text = (self.folder / name).read_text()
        assert old in text
        (self.folder / name).write_text(text.replace(old, new))

    @property
    def tried(self) -> bool:
        """Whether a server was made at the last rehearsal."""
        return any(line.startswith("run -d") for line in (self.folder / "asked").read_text().splitlines())


@pytest.fixture(scope="module")
def rehearsed(tmp_path_factory):
    return Host(tmp_path_factory.mktemp("host")).laid()


@pytest.fixture
def host(rehearsed, tmp_path):
    shutil.copytree(rehearsed.folder, tmp_path, dirs_exist_ok=True)
    return Host(tmp_path)


def test_where_all_is_as_it_was_the_rehearsal_holds_and_none_is_made_again(host):
    found = host.kept()
    assert found.holds, found.changed
    ran = host.rehearse(unless_kept=True)
    assert (ran.returncode, ran.stdout) == (0, "nothing that the kept rehearsal depends on has changed\n")
    assert not host.tried
    assert host.rehearse().returncode == 0
    assert host.tried


def test_what_is_another_text_each_time_changes_nothing(host):
    host.another("schema", "restrict a7b", "restrict q9z")
    host.another("roles", "restrict x1", "restrict y2")
    table, function = SCHEMA.index("--\n-- Name: items; "), SCHEMA.index("--\n-- Name: f();")
    rights = SCHEMA.index("--\n-- Name: TABLE")
    parts = SCHEMA[:table], SCHEMA[function:rights], SCHEMA[table:function], SCHEMA[rights:]
    (host.folder / "schema").write_text("".join(parts))
    assert host.kept().holds, host.kept().changed


@pytest.mark.parametrize(
    ("part", "name", "old", "new"),
    [
        ("image", "image", "api", "other"),
        ("service", "run", "A=b", "A=c"),
        ("service", "run", "2\nshop \n/srv\n", "2\nshop \n/srv/app\n"),
        ("service", "run", "/srv\n\n\n", "/srv\nnobody\n\n"),
        ("service", "run", "/srv\n\n\n", "/srv\n\n--add-host db:192.0.2.7 \n"),
        ("service", "own", "PATH=/bin", "PATH=/other"),
        ("files", "files", "77aa", "88bb"),
        ("files", "run", "/srv/conf\t/data\t", ""),
        ("server", "version", "15.3", "15.4"),
        ("server", "server", "sha256:db", "sha256:other"),
        ("configuration", "settings", "UTC", "CET"),
        ("roles", "roles", "ROLE u", "ROLE u SUPERUSER"),
        ("schema", "schema", "id integer", "id bigint"),
        ("schema", "schema", "SELECT 1", "SELECT 2"),
        ("schema", "schema", "TABLE; Schema: public; Owner: u", "TABLE; Schema: public; Owner: v"),
        ("schema", "schema", "GRANT SELECT", "GRANT ALL"),
        ("schema", "rows", "two", "three"),
    ],
)
def test_each_single_thing_that_is_another_makes_it_rehearse_again(host, part, name, old, new):
    host.another(name, old, new)
    found = host.kept()
    assert (found.holds, found.changed) == (False, [PARTS[part]])
    ran = host.rehearse(unless_kept=True)
    assert ran.stdout.startswith(f"rehearsed again: it is not what the kept rehearsal rests on: {part}\n")
    assert host.tried
    assert host.kept().holds


@pytest.mark.parametrize("setting", [{"environment": {"X": "y"}}, {"command": "python -m alembic"}, {"table": "rows"}])
def test_other_settings_of_alembic_make_it_rehearse_again(host, setting):
    host.settings = environment(database={"name": "d", "user": "u", "alembic": {"service": "api", **setting}})
    assert PARTS["alembic"] in host.kept().changed
    host.rehearse(unless_kept=True)
    assert host.tried


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("migrations", SchemaChange(["two"], ["one"], ["one"], (Revision("two", ("one",), source="other"),))),
        ("sql", SchemaChange(["two"], ["one"], [OverrideSql("two", "one", "SELECT 2")])),
    ],
)
def test_other_migrations_or_other_sql_make_it_rehearse_again(tmp_path, part, change):
    own = SchemaChange(["two"], ["one"], [OverrideSql("two", "one", "SELECT 1")])
    host = Host(tmp_path, own if part == "sql" else None).laid()
    host.change = change
    assert host.kept().changed == [PARTS[part]]
    host.rehearse(unless_kept=True)
    assert host.tried


@pytest.mark.parametrize("name", ["image", "own", "files", "server", "version", "schema", "rows", "settings"])
def test_what_cannot_be_told_now_or_then_makes_it_rehearse_again(host, name):
    (host.folder / f"{name}.fails").touch()
    assert not host.kept().holds
    assert "nothing that the kept rehearsal depends on" not in host.rehearse(unless_kept=True).stdout


def test_a_schema_of_which_nothing_is_said_is_none_that_is_known(host):
    for name in ("schema", "rows"):
        (host.folder / name).write_text("")
    assert host.rehearse().returncode == 0
    assert (host.kept().holds, host.kept().rests) == (False, {})


def test_a_rehearsal_that_fails_leaves_none_that_was_kept(host):
    host.another("heads", "one", "two")
    assert host.rehearse().returncode == 2
    assert host.kept() == Kept()


def test_a_rehearsal_with_another_image_is_told_and_holds_nothing(host):
    found = host.kept(image="another")
    assert (found.holds, found.other > 0, found.rests) == (False, True, {})


def test_only_what_is_asked_for_costs_time(host):
    (host.folder / "asked").write_text("")
    assert host.kept(compare=False).now == {}
    assert "pg_dump" not in (host.folder / "asked").read_text()


def mounted(folder: Path, *places: str) -> subprocess.CompletedProcess:
    script = scripts.PACKAGE / "tools/alembic/mounted-files.sh"
    return subprocess.run(["sh", script, *places], cwd=folder, capture_output=True, text=True, timeout=120)


def test_of_what_is_mounted_files_count_where_there_is_code_and_folders_of_data_do_not(tmp_path):
    for name in ("code/a.py", "code/rows.csv", "code/__pycache__/a.pyc", "code/.git/x", "data/photo.jpg", "key"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / "code/now").symlink_to("a.py")
    places = ("code", "data", "key")
    before = mounted(tmp_path, *places).stdout
    told = {line.split("  ")[-1] for line in before.splitlines()} - {""}
    assert told == {"code/a.py", "code/rows.csv", "code/now a.py", "key"}
    (tmp_path / "data/photo.jpg").write_text("another")
    (tmp_path / "code/__pycache__/a.pyc").write_text("another")
    assert mounted(tmp_path, *places).stdout == before
    for name in ("code/rows.csv", "key", "data/settings.ini"):
        (tmp_path / name).write_text("another")
        after = mounted(tmp_path, *places).stdout
        assert after != before
        before = after
    assert mounted(tmp_path, "missing").returncode != 0
