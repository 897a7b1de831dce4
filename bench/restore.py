"""An emergency restore of a large dump: the runbook's `psql < file`, and ours from every format."""

from __future__ import annotations

import os
from collections.abc import Callable

from sandbox.host import Host

from . import figures, stage
from .figures import MeasurementError, Table

SMALL, LARGE = 300, 1050  # megabytes of the plain dump, unless BENCH_RESTORE_MB says otherwise
LARGE_DISK = 8  # gigabytes of memory for the engine's data that a large one needs; a host comes with 4
ROW = 220  # bytes of one row in the plain dump, roughly
RUNBOOK, COPY = "runbook: drop, create, `psql < file`", "copying the plain file, with sync"
FILES = {"plain": "big.sql", "gz": "big.sql.gz", "custom": "big.dump"}
TARGETS = {"plain": "≤ 0.85", "gz": "", "custom": "≤ 0.50"}
FILL = """
CREATE TABLE big_parents (id int PRIMARY KEY, name text NOT NULL, made timestamptz NOT NULL);
CREATE TABLE big_children (id bigint PRIMARY KEY, parent int NOT NULL REFERENCES big_parents, code text, body text);
INSERT INTO big_parents SELECT n, md5(n::text), '2024-01-01'::timestamptz + n * interval '1 minute'
  FROM generate_series(1, 10000) AS n;
INSERT INTO big_children SELECT n, 1 + n % 10000, md5(n::text), repeat(md5((n * 7)::text), 5)
  FROM generate_series(1, {rows}) AS n;
CREATE INDEX ON big_children (parent);
CREATE INDEX ON big_children (code);
CHECKPOINT;
"""
DUMP = """
mkdir -p backups && cd backups
dump() {{ docker exec jctc_db pg_dump -U jctc_user "$@" jctc_db; }}
dump > {plain}; gzip -1 -k -f {plain}; dump -Fc -Z1 > {custom}; stat -c %s {plain}
"""
COPIES = """
SELECT format('DROP DATABASE %I', datname) FROM pg_database WHERE datname LIKE 'jctc\\_db\\_\\_%' \\gexec
CHECKPOINT;
"""
PSQL = "docker exec -i jctc_db psql -XAtq -v ON_ERROR_STOP=1 -U jctc_user -d {database}"


def measure(repeat: int) -> list[Table]:
    """Return one table, of dumps that are made on a fresh host and lie there."""
    host = stage.host()
    host.reset()
    rows = _megabytes(host) * 1_000_000 // ROW
    host.exec(PSQL.format(database="jctc_db"), stdin=FILL.format(rows=rows), timeout=900)
    size = int(host.exec(DUMP.format(**FILES), timeout=900))
    found = figures.in_turns(_contenders(host, rows), repeat)
    table = Table(
        f"Emergency restore of a plain dump of {size / 1e6:.0f} MB", ["", "whole command", "× runbook", "target"]
    )
    for name, values in found.items():
        row = [name, figures.seconds(values), figures.ratio(values, found[RUNBOOK])]
        table.rows.append([*row, TARGETS.get(name.rpartition(" ")[2], "")])
    table.notes = [
        f"Two tables, {rows:,} rows, three indexes beside the keys' own, a foreign key. The dumps lie on the host. "
        "Its engine keeps its data in memory, which must hold the live and the new database and the WAL.",
        "Ours: `fab emergency-restore --yes`: the file read and judged first, restored beside, its rows counted, "
        "swapped in, the old database kept. The runbook's drops the live database first and compares nothing.",
        "After each run the rows are counted, and copies of the database are dropped, outside of the measured time.",
    ]
    return [table]


def _megabytes(host: Host) -> int:
    """Return how large a dump to measure, after making the host's disk as large as that needs."""
    wanted = int(os.environ.get("BENCH_RESTORE_MB", "0"))
    pages = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    if wanted <= SMALL and (wanted or pages < 2 * LARGE_DISK):
        return wanted or SMALL
    host.exec(f"mount -o remount,size={LARGE_DISK}g /var/lib/docker", user="root")
    return wanted or LARGE


def _contenders(host: Host, rows: int) -> dict[str, Callable[[], float]]:
    backup = f"$HOME/backups/{FILES['plain']}"
    runbook = ["sh", str(stage.PEERS / "restore.sh")]
    copy = [*stage.ssh(host), f"cp {backup} copied && sync copied; rm copied"]
    runs = {RUNBOOK: lambda: _checked(host, runbook, stage.peer_environ(host, BACKUP=backup), rows)}
    runs[COPY] = lambda: figures.took(copy)
    for kind, file in FILES.items():
        words = stage.fab("emergency-restore", "--file", f"backups/{file}", "--yes", "--no-health")
        runs[f"ours, {kind}"] = lambda words=words: _checked(host, words, stage.settings(host), rows)
    return runs


def _checked(host: Host, command: list[str], environ: dict, rows: int) -> float:
    """Return the seconds of a restore; raise MeasurementError when rows are missing afterwards."""
    elapsed = figures.took(command, environ, timeout=1800, cwd=stage.PROJECT)
    counted = host.exec(PSQL.format(database="jctc_db"), stdin="SELECT count(*) FROM big_children;")
    if int(counted) != rows:
        raise MeasurementError(f"{counted} rows are there after the restore, not {rows}")
    host.exec(PSQL.format(database="postgres"), stdin=COPIES, timeout=120)
    return elapsed
