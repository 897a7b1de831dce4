"""A dump that is written and then read back, as anybody would find it; what was found is kept for `backups.list`."""

from __future__ import annotations

from ...ssh.shell import at_exit, home, quote
from .dumps import Format, dump_script
from .inspection import inspect_script
from .psql import Database

DUMP = """set -eu; umask 077
( while sleep 2; do s=$(wc -c 2>/dev/null <{path}.part) && echo "PROGRESS bytes $((s)) 0" || :; done ) & w=$!
report=; {tidy}
sh -c {dump}
kill $w 2>/dev/null || :
mkdir -p {reports}; report=$(mktemp -p {reports})
sh -c {inspect} >"$report"
awk -F '\\t' '{{ seen[$1] = $2 }} END {{ exit !(seen["CHECKSUM"] == "ok" && seen["COMPLETE"] == 1 &&
  !("UNREADABLE" in seen) && !("REASON" in seen)) }}' "$report" || {{ echo {bad} >&2; exit 1; }}
awk -F '\\t' '$1 == "ROWS" {{ tables++; rows += $4 }} $1 == "REVISION" {{ at = at " " $3 }}
  END {{ printf "verified: %d tables, %.0f rows%s\\n", tables, rows, (at == "" ? "" : ", revision" at) }}' "$report"
mv "$report" {reports}/{name}.$(awk -F '\\t' '$1 == "FILE" {{ print $3 "." $4 }}' "$report")
"""


def verified_dump(db: Database, path: str, form: Format, versions: str, reports: str) -> str:
    """Return the script that writes a dump to `path` and reads it back; both are relative to the login's home.

    `versions` is Alembic's table, `reports` the folder that keeps what was found.
    """
    bad = f"{path} was written, but it is not whole when it is read back: do not rely on it"
    return DUMP.format(
        tidy=at_exit('kill $w 2>/dev/null || :; rm -f "$report"'),
        path=home(path),
        dump=quote(dump_script(db, path, form)),
        inspect=quote(inspect_script(db, path, versions)),
        reports=home(reports),
        name=quote(path.rpartition("/")[2]),
        bad=quote(bad),
    )
