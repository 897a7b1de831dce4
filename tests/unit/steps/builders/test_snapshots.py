"""A clone where it fits, a dump where only that fits, and a refusal where neither does."""

from __future__ import annotations

import hashlib
import subprocess
from types import SimpleNamespace

import pytest

from tasks.console.errors import Refused
from tasks.ssh.shell import Answer
from tasks.steps.builders import snapshots as net
from tasks.tools.postgres.psql import Database
from tests.unit.support.deployment import environment, state

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


@pytest.mark.parametrize(
    ("files", "out"),
    [
        (["b.dump", "b.dump.sha256"], "b.dump is there already\n"),
        (["b.dump.sha256"], "CLONED\n"),
        (["b.dump"], "CLONED\n"),
    ],
)
def test_a_dump_is_kept_that_is_there_with_its_checksum_and_half_of_it_is_none(monkeypatch, tmp_path, files, out):
    monkeypatch.setattr(net, "snapshot_script", lambda db, run: "echo CLONED")
    for name in files:
        (tmp_path / name).touch()
    script = net.clone_or_dump(Database("c", "d", "u"), RUN, "b.dump", "echo DUMPED")
    ran = subprocess.run(["sh", "-c", script], env={"HOME": str(tmp_path)}, capture_output=True, text=True)
    assert (ran.returncode, ran.stdout) == (0, out)


@pytest.fixture
def back(monkeypatch, tmp_path):
    """Put the net of a run back whose dump lies in those of its two FILES, where nothing of PostgreSQL fails."""
    for name in ("script", "drop_script", "swap_script", "_restore"):
        monkeypatch.setattr(net, name, lambda *_, name=name: f"echo {name} >&2")
    path = tmp_path / net.dump_path(environment(), RUN)
    path.parent.mkdir()
    whole = {".dump": "data", ".dump.sha256": f"{hashlib.sha256(b'data').hexdigest()}  {path.name}\n"}

    def run(*files: str, programs: str = "/usr/bin:/bin"):
        for ending in files:
            path.with_suffix(ending).write_text(whole[ending])
        text = net.back(environment(), Database("c", "d", "u"), RUN)
        known = {"HOME": str(tmp_path), "PATH": programs}
        ran = subprocess.run(["sh", "-c", text], env=known, capture_output=True, text=True)
        return ran.stderr.splitlines(), {one.name.removeprefix(path.stem) for one in path.parent.iterdir()}

    return run


def test_a_whole_dump_is_restored_and_gets_another_name_with_its_checksum(back):
    said, left = back(".dump", ".dump.sha256")
    assert (said[0], left) == ("_restore", {"-restored.dump", "-restored.dump.sha256"})


@pytest.mark.parametrize("half", [".dump", ".dump.sha256"])
def test_half_a_dump_is_no_net_and_the_clone_is_swapped_back(back, half):
    said, left = back(half)
    assert ("_restore" in said, left) == (False, {half})
    assert "the snapshot was swapped back" in said[-1]


def test_a_cut_while_the_dump_gets_another_name_never_leaves_a_checksum_without_its_file(back, tmp_path):
    (tmp_path / "mv").write_text('#!/bin/sh\n/bin/mv "$@"; kill -9 $PPID\n')
    (tmp_path / "mv").chmod(0o755)
    _said, left = back(".dump", ".dump.sha256", programs=f"{tmp_path}:/usr/bin:/bin")
    assert left == {".dump", "-restored.dump.sha256"}
