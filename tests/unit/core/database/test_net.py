"""A clone where it fits, a dump where only that fits, and a refusal where neither does."""

from __future__ import annotations

import subprocess
from types import SimpleNamespace

import pytest

from tasks.core.database import net
from tasks.core.errors import Refused
from tasks.core.postgres.psql import Database
from tasks.core.shell import Answer
from tests.unit.deployment import environment, state

RUN = "20240101-000000-abc123"
MB = 10**6
HEAD = '{"version": 150000, "max_wal": 1000000, "standby": false}'
LIVE = (
    '{"name": "d", "oid": 1, "bytes": 500000000, "owner": "u", "encoding": "UTF8", "open": true, "sessions": 0,'
    ' "comment": "", "seconds": 1}'
)


def host(free: int, need: str = "200000000", room: int = 10**9):
    """Return a host whose database of 500 MB has FREE bytes beside it, and ROOM for a dump that may NEED as much."""
    answers = {"server": f"{HEAD}\n{LIVE}\nROOM {free} {free} 1\n", "sessions": "", "need": need, "free": str(room)}

    def ask(asked):
        return {name: Answer(answers[name], "", 0) for name in asked}

    return SimpleNamespace(environment=environment(), address="u@h:22", ask=ask)


def test_nothing_is_said_of_a_clone_that_fits():
    assert net.room(host(free=600 * MB), state()) == []


def test_where_only_a_dump_fits_the_plan_says_so():
    (line,) = net.room(host(free=400 * MB), state())
    assert line.startswith("no clone of d (")
    assert line.endswith("fits beside it: the snapshot is a dump in backups")


@pytest.mark.parametrize("limits", [{"free": 400 * MB, "room": 200 * MB}, {"free": 400 * MB, "need": ""}, {"free": MB}])
def test_where_neither_fits_nothing_is_begun(limits):
    with pytest.raises(Refused, match="too little disk for a snapshot"):
        net.room(host(**limits), state())


INSTEAD = "no clone could be made: b.dump is written instead\nDUMPED\n"


@pytest.mark.parametrize(
    ("clone", "log", "code", "out"),
    [(0, 0, 0, ""), (1, 0, 0, INSTEAD), (2, 0, 0, INSTEAD), (2, 2, 2, ""), (1, 2, 2, ""), (137, 0, 137, "")],
)
def test_a_clone_that_cannot_be_made_is_replaced_by_a_dump_unless_the_log_has_no_room(
    monkeypatch, tmp_path, clone, log, code, out
):
    monkeypatch.setattr(net, "snapshot_script", lambda db, run: f"exit {clone}")
    monkeypatch.setattr(net, "script", lambda db, *parts: f"exit {log}")
    text = net.clone_or_dump(Database("c", "d", "u"), RUN, "b.dump", "echo DUMPED")
    ran = subprocess.run(["sh", "-c", text], env={"HOME": str(tmp_path)}, capture_output=True, text=True)
    assert (ran.returncode, ran.stdout) == (code, out)


def test_a_dump_that_is_there_is_kept(tmp_path):
    (tmp_path / "b.dump.sha256").touch()
    script = net.clone_or_dump(Database("c", "d", "u"), RUN, "b.dump", "echo DUMPED")
    ran = subprocess.run(["sh", "-c", script], env={"HOME": str(tmp_path)}, capture_output=True, text=True)
    assert (ran.returncode, ran.stdout) == (0, "b.dump is there already\n")
