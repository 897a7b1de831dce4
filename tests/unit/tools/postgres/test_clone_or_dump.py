"""A clone where it can be made, a dump where only that can, and the data back out of either."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest

import tasks
from tasks.tools.postgres.changes import Restore, clone_or_dump, put_back, unread
from tasks.tools.postgres.psql import Database
from tests.unit.tools.postgres.conftest import seen

DB = Database("c", "d", "u")
RUN = "20240101-000000-abc123"
CLONE = clone_or_dump(DB, RUN, "b.dump", "reports")
BACK = put_back(DB, Restore(unread("b.dump"), RUN, "work"), "fab emergency-restore")
INSTEAD = "no clone could be made: b.dump is written instead\nwrite-backup b.dump custom\n"


@pytest.fixture
def run(engine, tmp_path):
    """Run a call whose inner scripts only say how they were called, and end as CODES tell."""
    folder = tmp_path / "scripts"
    shutil.copytree(Path(tasks.__file__).parent / "tools", folder / "tools")

    def run(call: str, *answers: str, programs: str = "", **codes: int) -> subprocess.CompletedProcess[str]:
        for name in ("snapshot", "write-backup", "drop-copy", "swap", "restore", "load-same"):
            (inner,) = folder.rglob(f"tools/postgres/*/{name}.sh")
            inner.write_text(
                f'echo {name} "$@" ${{TIMESCALE:+by SQL$BY_SQL}}\nexit {codes.get(name.replace("-", "_"), 0)}\n'
            )
        script = f"SCRIPTS={folder}; PATH={programs}:$PATH; export SCRIPTS PATH\n{call}"
        return engine.run(script, *answers)

    return run


@pytest.mark.parametrize(
    ("clone", "free", "code", "out"),
    [
        (0, 9_000_000, 0, ""),
        (1, 9_000_000, 0, INSTEAD),
        (2, 9_000_000, 0, INSTEAD),
        (2, 1000, 2, ""),
        (1, 1000, 2, ""),
        (137, 9_000_000, 137, ""),
    ],
)
def test_a_clone_that_cannot_be_made_is_replaced_by_a_dump_unless_the_log_has_no_room(run, clone, free, code, out):
    ran = run(CLONE, seen(free), snapshot=clone)
    assert (ran.code, ran.out) == (code, f"snapshot d__snap_{RUN} d__new_{RUN}\n{out}")


@pytest.mark.parametrize(
    ("files", "out"),
    [
        (["b.dump", "b.dump.sha256"], "b.dump is there already\n"),
        (["b.dump.sha256"], f"snapshot d__snap_{RUN} d__new_{RUN}\n"),
        (["b.dump"], f"snapshot d__snap_{RUN} d__new_{RUN}\n"),
    ],
)
def test_a_dump_is_kept_that_is_there_with_its_checksum_and_half_of_it_is_none(run, tmp_path, files, out):
    for name in files:
        (tmp_path / name).touch()
    ran = run(CLONE)
    assert (ran.code, ran.out) == (0, out)


@pytest.fixture
def back(run, tmp_path):
    """Put back the snapshot of a run whose dump lies in those of its two FILES: what was said, what is left."""
    whole = {".dump": "data", ".dump.sha256": f"{hashlib.sha256(b'data').hexdigest()}  b.dump\n"}

    def put(*files: str, **options):
        for ending in files:
            (tmp_path / "b").with_suffix(ending).write_text(whole[ending])
        ran = run(BACK, seen(copy=1), "", **options)
        assert ran.code == (int(any(options.values())) if not options.get("programs") else ran.code)
        return ran.out, ran.err, {one.name for one in tmp_path.glob("b[.-]*")}

    return put


def test_a_whole_dump_is_restored_and_gets_another_name_with_its_checksum(back):
    out, err, left = back(".dump", ".dump.sha256")
    assert out == f"restore\nswap d__new_{RUN} d__old_{RUN}\n"
    assert err.startswith("the migration failed; its dump was restored and swapped in")
    assert left == {"b-restored.dump", "b-restored.dump.sha256"}


def test_a_dump_of_timescale_is_loaded_as_such(run, tmp_path):
    for name, text in (("b.dump", "data"), ("b.dump.sha256", hashlib.sha256(b"data").hexdigest())):
        (tmp_path / name).write_text(text)
    assert run(BACK, seen(copy=1), "= 1\n").out.startswith("restore by SQL1\n")


def test_a_dump_of_a_database_that_may_not_be_copied_is_loaded_into_it_itself(run, tmp_path):
    for name, text in (("b.dump", "data"), ("b.dump.sha256", hashlib.sha256(b"data").hexdigest())):
        (tmp_path / name).write_text(text)
    ran = run(BACK, f"{seen(copy=1)}= beside false\n", "")
    assert (ran.code, ran.out) == (0, "load-same\n")
    assert ran.err.startswith("the migration failed; its dump was loaded into d itself")


@pytest.mark.parametrize("half", [".dump", ".dump.sha256"])
def test_half_a_dump_is_no_snapshot_and_the_clone_is_swapped_back(back, half):
    out, err, left = back(half)
    assert (out, left) == (f"swap d__snap_{RUN} d__old_{RUN}\n", {f"b{half}"})
    assert err.startswith("the migration failed; the snapshot was swapped back")


@pytest.mark.parametrize("broken", ["drop_copy", "swap"])
def test_a_clone_that_cannot_be_swapped_back_is_said(back, broken):
    assert "could not be swapped back" in back(**{broken: 1})[1]


@pytest.mark.parametrize("broken", ["restore", "drop_copy", "swap"])
def test_a_dump_that_cannot_be_restored_stays_and_the_command_is_named(back, broken):
    _out, err, left = back(".dump", ".dump.sha256", **{broken: 1})
    assert "which was not restored: fab emergency-restore" in err
    assert left == {"b.dump", "b.dump.sha256"}


def test_a_cut_while_the_dump_gets_another_name_never_leaves_a_checksum_without_its_file(back, tmp_path):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "mv").write_text('#!/bin/sh\n/bin/mv "$@"; kill -9 $PPID\n')
    (tmp_path / "bin" / "mv").chmod(0o755)
    left = back(".dump", ".dump.sha256", programs=str(tmp_path / "bin"))[2]
    assert left == {"b.dump", "b-restored.dump.sha256"}


def test_a_snapshot_that_is_gone_is_said(run):
    ran = run(BACK, seen(copy=0))
    assert ran.code == 1
    assert ran.err.splitlines()[0] == f"the snapshot d__snap_{RUN} is gone"
