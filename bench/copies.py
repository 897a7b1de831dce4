"""What grows with the database: its snapshot, against a copy of its files."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median

from sandbox.host import Host
from tasks.ssh import scripts
from tasks.tools.postgres import changes
from tasks.tools.postgres.names import copy_name
from tasks.tools.postgres.psql import Database

from . import figures, stage
from .figures import Table

SIZES = (10, 100, 1000)  # megabytes
ROW = 1130  # bytes that a row takes on disk
PSQL = "docker exec -i jctc_db psql -XAtq -v ON_ERROR_STOP=1 -U jctc_user -d {database}"
FILL = """
CREATE UNLOGGED TABLE big AS SELECT n, repeat(md5(n::text), 34) AS body FROM generate_series(1, {rows}) AS n;
CHECKPOINT;
"""
TIMED = "begun=$(date +%s.%N); {{ {command}; }} >/dev/null && echo $begun $(date +%s.%N)"
COPY = 'docker exec jctc_db sh -c \'cp -r "$PGDATA/base/{oid}" "$PGDATA/copied" && sync "$PGDATA/copied"\''
REMOVE = "docker exec jctc_db sh -c 'rm -rf \"$PGDATA/copied\"'"


def table(repeat: int) -> Table:
    """Return the table of databases from 10 MB to 1 GB; they are made on a fresh host, and removed."""
    host = stage.host()
    host.reset()
    rows = []
    for size in SIZES:
        name, bytes_ = f"grown_{size}", _make(host, size)
        found = figures.in_turns(_contenders(host, name), repeat)
        speeds = {what: bytes_ / median(values) / 1e6 for what, values in found.items()}
        ratio = speeds["snapshot"] / speeds["copy"]
        seconds = [figures.seconds(found[what]) for what in ("snapshot", "copy")]
        shown = [f"{speeds[what]:.0f} MB/s" for what in ("snapshot", "copy")]
        rows.append([f"{bytes_ / 1e6:.0f} MB", *seconds, *shown, f"{ratio:.2f}", "≥ 0.6"])
        host.exec(PSQL.format(database="postgres"), stdin=f"DROP DATABASE {name};", timeout=60)
    columns = ["database", "snapshot", "copy of its files", "snapshot", "copy", "speed, snapshot ÷ copy", "target"]
    return Table("The snapshot before a downgrade", columns, rows, list(NOTES))


def _make(host: Host, size: int) -> int:
    """Make a database of that many megabytes; return the bytes it has on disk."""
    name = f"grown_{size}"
    host.exec(PSQL.format(database="postgres"), stdin=f"CREATE DATABASE {name};")
    host.exec(PSQL.format(database=name), stdin=FILL.format(rows=size * 1_000_000 // ROW), timeout=600)
    return int(host.exec(PSQL.format(database=name), stdin=f"SELECT pg_database_size('{name}');"))


def _contenders(host: Host, name: str) -> dict[str, Callable[[], float]]:
    oid = host.exec(PSQL.format(database="postgres"), stdin=f"SELECT oid FROM pg_database WHERE datname = '{name}';")
    database = Database("jctc_db", name, "jctc_user")
    drop = PSQL.format(database="postgres"), f'DROP DATABASE "{copy_name(name, "snap", "bench")}";'

    def snapshot() -> float:
        host.exec("cat > snapshot.sh", stdin=scripts.with_files(changes.snapshot(database, "bench")))
        elapsed = _timed(host, "sh snapshot.sh")
        host.exec(drop[0], stdin=drop[1])
        return elapsed

    def copy() -> float:
        elapsed = _timed(host, COPY.format(oid=oid))
        host.exec(REMOVE)
        return elapsed

    return {"snapshot": snapshot, "copy": copy}


def _timed(host: Host, command: str) -> float:
    begun, ended = host.exec(TIMED.format(command=command), timeout=300).split()
    return float(ended) - float(begun)


NOTES = [
    "Timed on the host. Snapshot: the script of the step that comes before a downgrade, with all it looks at: state "
    "and room before, relations and size of the copy, its settings, its name. Copy: `cp -r` of the database's folder "
    "and `sync`, in the database's container; one call of `docker exec`.",
    "Beside copying, a snapshot takes about 0.3 s whatever the size is: the target is meant for large databases.",
    "The database's files lie in memory here, where a copy waits for no disk: what the snapshot does beside copying "
    "weighs more than it would on one.",
]
