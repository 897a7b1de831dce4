"""A PostgreSQL on a sandbox host, with databases of the tests' own beside the application's."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from sandbox.host import Host
from tasks.ssh import scripts
from tasks.ssh.probe import Probe
from tasks.ssh.shell import Answer
from tasks.tools.postgres import changes, reads
from tasks.tools.postgres.backup import Backup, parse_backup
from tasks.tools.postgres.changes import VERSIONS, Restore
from tasks.tools.postgres.psql import Database
from tasks.tools.postgres.server import Server, qualified

Found = TypeVar("Found")
AWKWARD = (Path(__file__).parent / "awkward.sql").read_text()
FOLDER = "/home/ubuntu/postgres tests"
REPORTS = "postgres tests/reports"
END = "@@ended@@"
# The rows of every table, and a checksum of their contents whatever their order.
CONTENTS = """
SET row_security = off;
SELECT format('SELECT json_build_object(''schema'', %L, ''table'', %L, ''contents'', ARRAY[count(*)::text,'
  ' coalesce(sum((''x'' || substr(md5(t::text), 1, 16))::bit(64)::bigint), 0)::text]) FROM ONLY %I.%I AS t',
  nspname, relname, nspname, relname)
FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
WHERE relkind = 'r' AND relpersistence <> 't' AND nspname <> 'information_schema' AND nspname !~ '^pg_' \\gexec
"""


def ident(name: str) -> str:
    """Quote a name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Quote text as an SQL string."""
    return "E'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def target(name: str) -> str:
    """Return a shell word that names a database to a program of PostgreSQL."""
    return shlex.quote("dbname='" + name.replace("\\", "\\\\").replace("'", "\\'") + "'")


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str


@dataclass(frozen=True)
class PostgresHost:
    """Runs scripts as the deployment's login, and knows the database NAME that they are about."""

    host: Host
    name: str
    container: str = "jctc_db"
    folder: str = FOLDER
    same: tuple[str, ...] = ("--restrict-key=x",)  # what makes two dumps of the same the same
    user: str = "jctc_user"

    @property
    def db(self) -> Database:
        return Database(self.container, self.name, self.user)

    def run(self, script: str, timeout: float = 120) -> Ended:
        """Run SCRIPT on the host with sh, whatever it ends with."""
        command = f'd=$(mktemp -d); cat >"$d/s"; sh "$d/s" >"$d/o" 2>"$d/e" </dev/null; c=$?; cat "$d/o"; echo {END}; '
        command += f'cat "$d/e"; echo {END}; echo $c; rm -rf "$d"'
        out, err, code = self.host.exec(command, timeout=timeout, stdin=scripts.with_files(script)).split(f"{END}\n")
        return Ended(int(code), out, err)

    def ok(self, script: str) -> str:
        """Run SCRIPT, which must end well and silently; return its output."""
        ran = self.run(script)
        assert (ran.code, ran.err) == (0, ""), ran
        return ran.out

    def ask(self, probe: Probe[Found]) -> Found:
        """Return what a probe of one command finds."""
        (command,) = probe.commands.values()
        ran = self.run(command)
        return probe.read({"": Answer(ran.out, ran.err, ran.code)})

    def psql(self, on: str | None = None) -> str:
        """Return the psql command, fed by stdin, on the database (or ON)."""
        inside = f"docker exec -i {self.container} psql -X -q -v ON_ERROR_STOP=1 -At -U {self.db.user}"
        return f"{inside} -d {target(on or self.name)}"

    def sql(self, text: str, on: str | None = None) -> str:
        """Run SQL on the database (or ON) and return what it prints."""
        return self.ok(f"printf '%s\\n' {shlex.quote(text)} | {self.psql(on)}")

    def create(self, text: str = AWKWARD) -> None:
        """Make the database anew, filled by TEXT, without copies."""
        self.drop()
        self.sql(f"CREATE DATABASE {ident(self.name)};", "postgres")
        made = self.run(f"printf '%s\\n' {shlex.quote(text)} | {self.psql()}")
        assert made.code == 0, made

    def drop(self) -> None:
        server = self.server()
        for member in (server.live, *server.copies):
            if member:
                self.sql(f"DROP DATABASE {ident(member.name)} WITH (FORCE);", "postgres")

    def server(self) -> Server:
        return self.ask(reads.server(self.db))

    def contents(self, on: str | None = None) -> dict[str, list[str]]:
        """Return the rows of every table, and a checksum of them."""
        rows = map(json.loads, self.sql(CONTENTS, on).splitlines())
        return {qualified(row["schema"], row["table"]): row["contents"] for row in rows}

    def dump(self, on: str | None = None) -> str:
        """Return everything in the database (or ON) as pg_dump writes it."""
        return self.host.exec(f"{self.dumper(*self.same)} {target(on or self.name)}")

    def dumper(self, *options: str) -> str:
        """Return the pg_dump command that a name is appended to."""
        return shlex.join(["docker", "exec", "-i", self.container, "pg_dump", "-U", self.db.user, *options, "-d"])

    def write(self, command: str, name: str) -> str:
        """Write what COMMAND prints into a file of the tests' folder, and return its path."""
        folder, path = shlex.quote(self.folder), shlex.quote(f"{self.folder}/{name}")
        self.host.exec(f"mkdir -p {folder}; rm -rf {path}* && {command} > {path}")
        return f"{self.folder}/{name}"

    def write_backup(self, path: str, form: changes.Form = "directory") -> str:
        return changes.write_backup(self.db, path, form, REPORTS)

    def inspection(self, path: str, reports: str = REPORTS) -> str:
        return reads.inspect(self.db, path, VERSIONS, reports)

    def check(self, path: str) -> Backup:
        return parse_backup(self.ok(self.inspection(path)), path)

    def wanted(self, backup: Backup, run_id: str, owners: bool = True) -> Restore:
        section = backup.section(self.name)
        return Restore(backup, run_id, f"postgres tests/work {run_id}", section, owners=owners, reports=REPORTS)

    def restore(self, backup: Backup, run_id: str, owners: bool = True) -> Ended:
        return self.run(changes.restore(self.db, self.wanted(backup, run_id, owners)))
