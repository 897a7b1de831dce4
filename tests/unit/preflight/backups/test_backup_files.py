"""The folder of the backups: names, what lies there, what may go."""

from __future__ import annotations

import os
import subprocess

import pytest

from tasks.preflight.backups import backup_files as files
from tasks.ssh.shell import Word
from tasks.tools.postgres.psql import Database
from tests.unit.support import laid

RUN = "20260102-030405-abcdef"
DUMP = "--\n-- PostgreSQL database dump\n--\nCOPY public.alembic_version (version_num) FROM stdin;\nabc1\n\\.\n"


def listed(home, reports="reports", container=":"):
    variables = {**Database("", "d", "u").variables(), "DB_CONTAINER": Word(f'"$({container})"')}
    done = subprocess.run(
        ["sh", "-c", laid.with_files(files.listing("backups", reports, **variables))],
        env={"HOME": str(home), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return files.parse_listing(done.stdout, "backups")


def put(home, name, text=DUMP, age=0):
    path = home / "backups" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    os.utime(path, (1_700_000_000 - age, 1_700_000_000 - age))
    return path


@pytest.mark.parametrize(
    ("form", "name"), [("custom", "shop_20260102-030405.dump"), ("gz", "shop_20260102-030405.sql.gz")]
)
def test_a_backup_is_named_by_database_and_time(form, name):
    assert files.file_name("shop", RUN, form) == name
    assert files.ours(name, "shop")


@pytest.mark.parametrize("name", ['my-app "x"/../é', "..", "-rf", "$(reboot)"])
def test_no_name_of_a_database_leads_out_of_the_folder(name):
    made = files.file_name(name, RUN, "plain")
    assert not set(made) - set("abcdefghijklmnopqrstuvwxyz0123456789_.-")
    assert not made.startswith(("-", "."))
    assert files.ours(made, name)


def test_the_newest_comes_first_with_its_revision_although_nobody_checked_it(tmp_path):
    put(tmp_path, "old.sql", age=60)
    put(tmp_path, "it's new.sql")
    put(tmp_path, "it's new.sql.sha256", "sum")
    put(tmp_path, "half.dump.part")
    newest, oldest = listed(tmp_path)
    assert (newest.name, newest.kind, newest.checksum, newest.revisions) == ("it's new.sql", "plain", True, ("abc1",))
    assert (newest.verdict, newest.good) == ("not checked yet", False)
    assert oldest.name == "old.sql"


def test_what_a_check_found_is_known_until_the_file_changes(tmp_path):
    path = put(tmp_path, "b.sql")
    reports = tmp_path / "reports"
    reports.mkdir()
    size = path.stat().st_size
    report = f"FILE\tplain\t{size}\t1700000000\nCHECKSUM\tok\nKIND\tdump\nCOMPLETE\t1\nREVISION\t\tabc2\n"
    (reports / f"b.sql.{size}.1700000000").write_text(report)
    (one,) = listed(tmp_path)
    assert (one.verdict, one.revisions) == ("verified", ("abc2",))
    put(tmp_path, "b.sql", age=5)
    (one,) = listed(tmp_path)
    assert one.verdict == "not checked yet"


def test_no_folder_is_no_backup(tmp_path):
    assert listed(tmp_path) == []


def test_the_newest_and_the_newest_good_one_stay(tmp_path):
    names = [f"shop_2026010{day}-000000.dump" for day in (5, 4, 3, 2, 1)]
    found = [files.Found(f"backups/{n}", 1, 9 - i, "custom", True, ()) for i, n in enumerate(names)]
    good = files.parse_backup("FILE\tcustom\t1\t6\nCHECKSUM\tok\nKIND\tdump\nCOMPLETE\t1\n", "x")
    found[3] = files.Found(f"backups/{names[3]}", 1, 6, "custom", True, (), good)
    foreign = files.Found("backups/by-hand.dump", 1, 0, "custom", True, ())
    assert [f.name for f in files.to_prune([*found, foreign], "shop", 2)] == [names[2], names[4]]
    assert files.to_prune(found[:1], "shop", 0) == []


def test_a_backup_goes_with_its_checksum_and_nothing_else(tmp_path):
    put(tmp_path, "it's.dump")
    put(tmp_path, "it's.dump.sha256", "sum")
    kept = put(tmp_path, "kept.dump")
    gone = files.Found("backups/it's.dump", 1, 2, "custom", True, ())
    script = laid.with_files(files.remove([gone], "reports"))
    subprocess.run(["sh", "-c", script], env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}, check=True)
    assert list(kept.parent.iterdir()) == [kept]
