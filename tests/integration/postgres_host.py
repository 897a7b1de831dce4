"""A PostgreSQL on a sandbox host, with databases of the tests' own beside the application's."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

from sandbox.host import Host
from tasks.ssh import scripts
from tasks.tools.postgres.backup import Backup, parse_backup
from tasks.tools.postgres.inspection import inspect_script
from tasks.tools.postgres.psql import Database, feed, ident, psql, target, tool
from tasks.tools.postgres.reads import checksums_script, server_script
from tasks.tools.postgres.report import Server, TableState, parse_server, parse_tables
from tasks.tools.postgres.restore import restore_script

AWKWARD = (Path(__file__).parent / "awkward.sql").read_text()
FOLDER = "/home/ubuntu/postgres tests"
END = "@@ended@@"


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

    @property
    def db(self) -> Database:
        return Database(self.container, self.name, "jctc_user")

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

    def sql(self, text: str, on: str | None = None) -> str:
        """Run SQL on the database (or ON) and return what it prints."""
        return self.ok(feed(psql(self.db, on), text))

    def create(self, text: str = AWKWARD) -> None:
        """Make the database anew, filled by TEXT, without copies."""
        self.drop()
        self.sql(f"CREATE DATABASE {ident(self.name)};", "postgres")
        made = self.run(feed(psql(self.db), text))
        assert made.code == 0, made

    def drop(self) -> None:
        server = self.server()
        for member in (server.live, *server.copies):
            if member:
                self.sql(f"DROP DATABASE {ident(member.name)} WITH (FORCE);", "postgres")

    def server(self) -> Server:
        return parse_server(self.ok(server_script(self.db)), self.name)

    def contents(self, on: str | None = None) -> dict[str, TableState]:
        return parse_tables(self.ok(checksums_script(self.db, on=on)))

    def dump(self, on: str | None = None) -> str:
        """Return everything in the database (or ON) as pg_dump writes it."""
        return self.host.exec(f"{self.dumper(*self.same)} {shlex.quote(target(on or self.name))}")

    def dumper(self, *options: str) -> str:
        """Return the pg_dump command that a name is appended to."""
        return tool(self.db, "pg_dump", *options)

    def write(self, command: str, name: str) -> str:
        """Write what COMMAND prints into a file of the tests' folder, and return its path."""
        folder, path = shlex.quote(self.folder), shlex.quote(f"{self.folder}/{name}")
        self.host.exec(f"mkdir -p {folder}; rm -rf {path}* && {command} > {path}")
        return f"{self.folder}/{name}"

    def check(self, path: str) -> Backup:
        return parse_backup(self.ok(inspect_script(self.db, path)), path)

    def restore(self, backup: Backup, run_id: str, **options) -> Ended:
        script = restore_script(self.db, backup, run_id, "postgres tests/work", backup.section(self.name), **options)
        return self.run(script)
