"""A clone that cannot be made is replaced by a dump; what was kept comes back after a change that failed."""

from __future__ import annotations

import hashlib
import subprocess

import pytest

from tasks.tools.postgres import clone_or_dump as net
from tasks.tools.postgres.psql import Database

RUN = "20240101-000000-abc123"
DUMP = "backups/d_20240101-000000.dump"
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
    path = tmp_path / DUMP
    path.parent.mkdir()
    whole = {".dump": "data", ".dump.sha256": f"{hashlib.sha256(b'data').hexdigest()}  {path.name}\n"}

    def run(*files: str, programs: str = "/usr/bin:/bin"):
        for ending in files:
            path.with_suffix(ending).write_text(whole[ending])
        text = net.back(Database("c", "d", "u"), RUN, DUMP, "work", "public.alembic_version")
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
