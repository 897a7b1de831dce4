"""Write a backup: dumped, read back to its end, and only then under its name, with its sha256 beside it."""

import shlex
from typing import Literal

from ...ssh.shell import at_exit, home
from .psql import Database, ask, feed, literal, psql, script, target, tool
from .space import room_functions

Format = Literal["directory", "custom", "plain", "gzip", "zstd"]
LOCK_WAIT = "30s"  # a migration that holds a table would keep pg_dump waiting for ever

START = r"""
final={path}
part=$final.part
if [ -e "$final" ] && [ -e "$final.sha256" ]; then echo {done}; exit 0; fi
[ ! -e "$final" ] || refuse {taken}
mkdir -p -m 700 "$(dirname "$final")"
rm -rf "$part"
[ -n "$size" ] || refuse {missing}
df -Pk "$(dirname "$final")" | awk -v need="$size" 'NR == 2 && $4 * 1024 < need * 1.1 {{ exit 1 }}' ||
  refuse 'not enough disk on the host: the dump may need as much as the database'
"""

# What is compressed already grows by an eighth as text that is compressed again.
TABLES = """
SELECT coalesce(sum(pg_table_size(c.oid)), 0) * 9 / 8 FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
WHERE relkind = 'r' AND (nspname !~ '^pg_' AND nspname <> 'information_schema' OR relname = 'pg_largeobject');
"""

# The folder is made where pg_dump runs, in the container, and fetched as a stream.
DIRECTORY = r"""
box={box}
clean_box() {{ docker exec -i {container} rm -rf "$box" </dev/null >/dev/null 2>&1 || :; }}
{tidy}
clean_box
require_room $size
change 'pg_dump failed' docker exec -i {container} sh -c 'umask 077; mkdir "$1"' sh "$box" </dev/null
change 'pg_dump failed' {dump} </dev/null
mkdir -m 700 "$part"
docker exec -i {container} tar -cf - -C "$box/dump" . </dev/null | tar -xof - -C "$part"
there=$(docker exec -i {container} sh -c 'cd "$1" && sha256sum *' sh "$box/dump" </dev/null)
here=$(cd "$part" && sha256sum *)
[ -n "$here" ] && [ "$here" = "$there" ] || fail 'the dump on the host is not the one in the container'
change 'the dump cannot be read back' docker exec -i {container} pg_restore -f /dev/null "$box/dump" </dev/null
sync
printf '%s\n' "$here" >"$final.sha256.part"
"""

STREAM = r"""
change 'pg_dump failed' dumping
{check}
sync
printf '%s  %s\n' "$(sha256sum <"$part" | awk '{{ print $1 }}')" "$(basename "$final")" >"$final.sha256.part"
"""

# A pipe has the exit code of its end: a dump that failed is told by its missing last line.
PACKED = r"""
command -v zstd >/dev/null || refuse 'zstd is not installed on the host: choose another --format'
dumping() {{
  {dump} </dev/null 2>"$part.err" | zstd -q -c >"$part"
  zstd -dcq <"$part" | whole || {{ cat "$part.err" && rm "$part.err" && return 1; }}
  rm "$part.err"
}}
"""

WHOLE = """
whole() { tail -c 600 | awk '/^-- PostgreSQL database dump complete/ { found = 1 } END { exit !found }'; }
"""

CHECK = {
    "custom": "change 'the dump cannot be read back' docker exec -i {container} pg_restore -f /dev/null <\"$part\"",
    "plain": "whole <\"$part\" || fail 'the dump has no last line: it is cut off'",
    "gzip": "gzip -dcq <\"$part\" | whole || fail 'the dump has no last line: it is cut off'",
    "zstd": "zstd -dcq <\"$part\" | whole || fail 'the dump has no last line: it is cut off'",
}

FINISH = r"""
[ -e "$part" ] || fail 'pg_dump left no dump'
mv "$final.sha256.part" "$final.sha256"
mv "$part" "$final"
echo {done}
"""


def dump_script(db: Database, path: str, form: Format = "directory", jobs: int = 2) -> str:
    """Return a script that dumps DB to PATH on the host, and PATH.sha256 beside it.

    A `directory` (parallel, JOBS at once, compressed lightly) is the fastest and is built in the
    container first; the others are streamed. The name appears only once the dump was read
    back. Run again, it changes nothing if both files are there. Sessions may go on meanwhile.
    """
    parts = {
        "size": _size(db, form),
        "room": room_functions(db) if form == "directory" else "",
        "start": START.format(path=home(path), **_messages(db, path)),
        "dump": _dump(db, path, form, jobs),
        "finish": FINISH.format(done=_messages(db, path)["done"]),
    }
    return script(db, "LC_ALL=C; export LC_ALL\n", *parts.values())


def _size(db: Database, form: Format) -> str:
    there = f"SELECT '= ' || pg_database_size(oid) FROM pg_database WHERE datname = {literal(db.name)};"
    packed = f'[ -z "$size" ] || size=$({tables_size(db)})\n' if form == "custom" else ""
    return ask("size", "admin", there) + packed


def tables_size(db: Database) -> str:
    """Return a command that prints how many bytes a compressed dump of DB takes at the most: indexes are not in it."""
    return feed(psql(db), TABLES)


def _dump(db: Database, path: str, form: Format, jobs: int) -> str:
    container, name = shlex.quote(db.container), shlex.quote(target(db.name))
    wait = f"--lock-wait-timeout={LOCK_WAIT}"
    if form == "directory":
        box = f"/tmp/fab-rollback-dump-{path.rpartition('/')[2]}"
        dump = tool(db, "pg_dump", "-Fd", f"-j{int(jobs)}", "-Z1", wait, "-f", f"{box}/dump")
        return DIRECTORY.format(
            tidy=at_exit("clean_box"), container=container, box=shlex.quote(box), dump=f"{dump} {name}"
        )
    options = {"custom": ("-Fc", "-Z1"), "gzip": ("-Fp", "-Z1")}.get(form, ("-Fp",))
    dump = f"{tool(db, 'pg_dump', *options, wait)} {name}"
    dumping = PACKED.format(dump=dump) if form == "zstd" else f'dumping() {{ {dump} </dev/null >"$part"; }}\n'
    return WHOLE + dumping + STREAM.format(check=CHECK[form].format(container=container))


def _messages(db: Database, path: str) -> dict[str, str]:
    messages = {
        "done": f"{path} is a dump of {db.name}",
        "taken": f"{path} is there already, without its checksum: nothing was written",
        "missing": f"there is no database {db.name}",
    }
    return {name: shlex.quote(text) for name, text in messages.items()}
