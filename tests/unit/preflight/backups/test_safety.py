"""A clone where it fits, a dump where only that fits, and a refusal where neither does."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from tasks.console.errors import Refused
from tasks.preflight.backups import safety
from tasks.ssh import probe
from tasks.ssh.shell import Answer
from tasks.tools.postgres import reads
from tests.unit.support.deployment import environment
from tests.unit.support.reports import DATABASE, RUN

MB = 10**6
HEAD = '{"version": 150000, "max_wal": 1000000, "standby": false}'
LIVE = (
    '{"name": "d", "oid": 1, "bytes": 500000000, "encoding": "UTF8", "open": true, "sessions": 0,'
    ' "comment": "", "seconds": 1}'
)


def host(free: int, need: str = "200000000", room: int = 10**9):
    """Return a host whose database of 500 MB has FREE bytes beside it, and ROOM for a dump that may NEED as much."""
    said = {
        reads.server(DATABASE).commands[""]: f"{HEAD}\n{LIVE}\nROOM {free} {free} 1\n",
        reads.tables_size(DATABASE).commands[""]: need,
        safety.free_for_backups(environment()): str(room),
    }

    def ask(*asked):
        whole = probe.together(*asked)
        found = whole.read({name: Answer(said[command], "", 0) for name, command in whole.commands.items()})
        return found if len(found) > 1 else found[0]

    return SimpleNamespace(environment=environment(), address="u@h:22", ask=ask)


def test_nothing_is_said_of_a_clone_that_fits():
    assert safety.room(host(free=600 * MB), DATABASE) == []


def test_where_only_a_dump_fits_the_plan_says_so():
    (line,) = safety.room(host(free=400 * MB), DATABASE)
    assert line.startswith("no clone of d (")
    assert line.endswith("fits beside it: the snapshot is a dump in backups")


@pytest.mark.parametrize("limits", [{"free": 400 * MB, "room": 200 * MB}, {"free": 400 * MB, "need": ""}, {"free": MB}])
def test_where_neither_fits_nothing_is_begun(limits):
    with pytest.raises(Refused, match="too little disk for a snapshot"):
        safety.room(host(**limits), DATABASE)


def test_both_names_of_a_snapshot_tell_the_run():
    kept = safety.planned(environment(), DATABASE, RUN)
    assert (kept.clone, kept.dump) == (f"d__snap_{RUN}", f"backups/d_{RUN[:15]}.dump")
