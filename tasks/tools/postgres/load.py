"""Shell text that loads a backup into an empty database, and that watches the disk meanwhile."""

import shlex

from .backup import Backup
from .psql import SESSION, Database, target, tool
from .scan import FUNCTION
from .sessions import end_sql

LOW_WATER = 268435456  # bytes free below which a load is ended: a full WAL disk stops the server
LONGEST = 16384  # characters of counts that a script carries along; a longer report is read anew

# The server needs no commands that it is too old to know; psql no line it would stop at.
AGES = r"""
printf '\\restrict x\n\\unrestrict x\n' | admin >/dev/null 2>&1 || { OLD_PSQL=1; export OLD_PSQL; }
[ $version -ge 170000 ] || { OLD_SERVER=1; export OLD_SERVER; }
nonce=$(od -An -tx1 -N16 /dev/urandom | tr -d ' \n')
exec 5>&1
"""

WATCH = r"""
watch_room() {{
  while sleep 2; do
    room | awk '{{ exit !($1 < {low} || $2 < {low}) }}' || continue
    : >"$work/full"
    admin >/dev/null 2>&1 <<'SQL' || :
{end}
SQL
  done
}}
"""

# COMMIT is sent only after the last byte of a whole file, and is proven by the nonce behind it.
PLAIN = r"""
EMIT=1 TOTAL={total} REPORT='cat >"$work/report"'; export EMIT TOTAL REPORT
load() {{
  {{
    printf '%s\nBEGIN;\n' {session}
    {{ unpack 2>"$work/unpack.err" || : >"$work/unreadable"; }} |
      scan 2>"$work/scan.err" &&
      [ ! -e "$work/unreadable" ] && printf 'COMMIT;\n\\echo RESTORE_OK_%s\n' "$nonce"
  }} | copy >"$work/out" 2>"$work/load.err" || :
  [ "$(tail -n 1 "$work/out")" = "RESTORE_OK_$nonce" ]
}}
"""

# What was read of the very same bytes needs no second reading beside the load.
ARCHIVE = r"""
REPORT='cat >"$work/report"'; export REPORT
counted() {{
  [ -n {digest} ] && [ "$(digest_in_box 2>/dev/null)" = {digest} ] && printf '%s\n' {counts} >"$work/report"
}}
load() {{
  counted || {{ unpack 2>"$work/unpack.err" || : >"$work/unreadable"; }} |
    scan 2>"$work/scan.err" &
  counting=$!
  {{ {restore} "$box/archive" </dev/null 2>&1 && : >"$work/out"; }} | tee "$work/load.err" |
    awk 'sub(/.*: processing data for table "/, "PROGRESS table ") {{ sub(/"$/, ""); print; fflush() }}' >&5
  wait $counting && [ -e "$work/out" ] && [ ! -e "$work/unreadable" ]
}}
"""

RUN = r"""
rm -f "$work/out" "$work/report" "$work/unreadable" "$work/full" "$work"/*.err
watch_room >/dev/null 2>&1 5>&- &
watcher=$!
if load; then loaded=1; else loaded=0; fi
kill $watcher 2>/dev/null || :
if [ $loaded = 0 ]; then
  [ ! -e "$work/full" ] || fail {full}
  [ ! -e "$work/unreadable" ] || fail {unreadable}
  [ ! -s "$work/scan.err" ] || fail {refused}"$(first_error <"$work/scan.err")"
  fail {not_loaded}"$(first_error <"$work/load.err")"
fi
"""


def load_functions(db: Database, copy: str, backup: Backup, jobs: int, owners: bool) -> str:
    """Return shell text that defines `load`: BACKUP into the empty database COPY."""
    environment = "" if owners else "NO_OWNERS=1; export NO_OWNERS\n"
    watch = WATCH.format(low=LOW_WATER, end=end_sql([copy]))
    counts = "\n".join(backup.counts)
    carried = len(counts) < LONGEST and "\ufffd" not in counts  # that is what a name became which is not UTF-8
    values = {
        "session": shlex.quote(SESSION),
        "total": backup.uncompressed,
        "restore": _pg_restore(db, copy, jobs, owners),
        "digest": shlex.quote(backup.digest if carried else ""),
        "counts": shlex.quote(counts if carried else ""),
    }
    return "".join(
        [
            FUNCTION,
            environment,
            AGES,
            watch,
            (ARCHIVE if backup.archive else PLAIN).format(**values),
        ]
    )


def _pg_restore(db: Database, copy: str, jobs: int, owners: bool) -> str:
    mine = () if owners else ("--no-owner", "--no-privileges")
    return f"{tool(db, 'pg_restore', '-e', '-v', f'-j{jobs}', *mine)} {shlex.quote(target(copy))}"


def run_load(copy: str) -> str:
    """Return shell text that runs `load`, and fails with one line that says why it did not."""
    messages = {
        "full": f"the disk of the database ran full: {copy} was not loaded, nothing else was touched",
        "unreadable": "the backup cannot be read to its end: it is damaged or cut off",
        "refused": "the backup holds what may not run: ",
        "not_loaded": "the backup could not be loaded: ",
    }
    return RUN.format(**{key: shlex.quote(text) for key, text in messages.items()})
