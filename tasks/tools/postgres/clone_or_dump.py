"""The safety snapshot of a run as a script: a clone on the server, or a dump on the host where none can be made."""

from __future__ import annotations

from ...ssh.shell import die, home, quote
from .backup import Backup
from .leftovers import drop_script
from .names import copy_name
from .psql import Database, ask, literal, script
from .restore import restore_script
from .snapshot import snapshot_script
from .space import room_functions
from .swap import swap_script

# On a disk that is full up to what the server's log may need, a migration is not begun at all.
CLONE_OR_DUMP = """if [ -e {path} ] && [ -e {path}.sha256 ]; then echo {there}; exit 0; fi
code=0; sh -c {clone} || code=$?
case $code in 1 | 2) sh -c {log} || exit ;; *) exit $code ;; esac
echo {instead}
sh -c {dump}"""

THERE = "SELECT '= ' || count(*) FROM pg_database WHERE datname = {name};"
# The checksum gives way first: a cut between the two must not leave one that stands for no file.
SWAP_BACK = """if [ ! -e {path} ] || [ ! -e {path}.sha256 ]; then
  sh -c {there} && sh -c {clear} >/dev/null && sh -c {swap} || {{ echo {lost} >&2; exit 1; }}
  echo {swapped} >&2; exit 1
fi
[ "$(sha256sum <{path} | cut -c1-64)" = "$(cut -c1-64 {path}.sha256)" ] && sh -c {restore} &&
  sh -c {clear} >/dev/null && sh -c {take} || {{
  echo {by_hand} >&2; exit 1; }}
mv {path}.sha256 {used}.sha256; mv {path} {used}
echo {restored} >&2; exit 1"""


def clone_or_dump(db: Database, run: str, path: str, dump: str) -> str:
    """Return the script that clones DB, or, where that cannot be, runs the script `dump`, which writes PATH."""
    return CLONE_OR_DUMP.format(
        path=home(path),
        there=quote(f"{path} is there already"),
        clone=quote(snapshot_script(db, run)),
        log=quote(script(db, room_functions(db), "require_room 0\n")),
        instead=quote(f"no clone could be made: {path} is written instead"),
        dump=quote(dump),
    )


def back(db: Database, run: str, path: str, work: str, versions: str) -> str:
    """Return sh text, for a change that failed, that puts the net of `run` in the place of the database; it exits 1.

    A clone is swapped in; a dump is restored beside and swapped in, or, where that cannot be, the command
    is named that brings it back. What an earlier try of the same run left as its failed state gives way.
    `path` is where the dump of `run` lies, `work` the restore's folder, `versions` Alembic's table.
    """
    names = {kind: copy_name(db.name, kind, run) for kind in ("snap", "old", "new")}
    used = f"{path.removesuffix('.dump')}-restored.dump"
    failed = f"{names['old']} holds the failed state"
    gone = die(f"the snapshot {names['snap']} is gone")
    by_hand = f"fab emergency-restore --file {quote(path)} --in-place"
    texts = {
        "there": script(
            db, ask("there", "admin", THERE.format(name=literal(names["snap"]))), f"[ $there = 1 ] || {gone}\n"
        ),
        "clear": drop_script(db, names["old"]),
        "swap": swap_script(db, names["snap"], names["old"]),
        "lost": f"the downgrade failed, and {names['snap']} could not be swapped back",
        "swapped": f"the downgrade failed; the snapshot was swapped back, {failed}",
        "restore": _restore(db, run, path, work, versions),
        "take": swap_script(db, names["new"], names["old"]),
        "by_hand": f"the downgrade failed; the data as they were are in {path}, which was not restored: {by_hand}",
        "restored": f"the downgrade failed; its dump was restored and swapped in, {failed}; it lies in {used} now",
    }
    return SWAP_BACK.format(path=home(path), used=home(used), **{key: quote(text) for key, text in texts.items()})


def _restore(db: Database, run: str, path: str, work: str, versions: str) -> str:
    unwritten = Backup(path, "custom", 0, 0, "ok", complete=True)
    return restore_script(db, unwritten, run, work, versions=versions)
