"""The folder of the backups: names, what lies there, what may go."""

from __future__ import annotations

import gzip
import os
import subprocess

import pytest

from tasks.preflight.backups import backup_choice
from tasks.preflight.backups import backup_files as files
from tasks.ssh import scripts
from tasks.tools.postgres.psql import Database
from tests.unit.support import laid

RUN = "20260102-030405-abcdef"
DUMP = "--\n-- PostgreSQL database dump\n--\nCOPY public.alembic_version (version_num) FROM stdin;\nabc1\n\\.\n"


def listed(home, reports="reports", elsewhere="", database="shop", folder="backups"):
    db = Database("", database, "u").variables()
    done = subprocess.run(
        ["sh", "-c", laid.with_files(files.listing(folder, reports, elsewhere=elsewhere, **db))],
        env={"HOME": str(home), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return files.parse_listing(done.stdout, folder, database)


def put(home, name, text=DUMP, age=0):
    path = home / "backups" / name
    path.parent.mkdir(exist_ok=True, parents=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
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
    assert (newest.name, newest.kind, newest.sum, newest.revisions) == ("it's new.sql", "plain", "sha256", ("abc1",))
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


def test_a_backup_that_was_found_cut_off_is_listed_as_that(tmp_path):
    report = "BACKUP\t5\t9\tgzip\t\t\tb.sql.gz\nFILE\tgzip\t5\t9\nCHECKSUM\tnone\nUNREADABLE\nKIND\tdump\nCOMPLETE\t0\n"
    (one,) = files.parse_listing(report, "backups", "shop")
    assert one.verdict == "it cannot be read to its end: it is damaged or cut off"


def test_no_folder_is_no_backup(tmp_path):
    assert listed(tmp_path) == []


def test_the_newest_and_the_newest_good_one_stay(tmp_path):
    names = [f"shop_2026010{day}-000000.dump" for day in (5, 4, 3, 2, 1)]
    found = [files.Found(f"backups/{n}", 1, 9 - i, "custom", "sha256", ()) for i, n in enumerate(names)]
    good = files.parse_backup("FILE\tcustom\t1\t6\nCHECKSUM\tok\nKIND\tdump\nCOMPLETE\t1\n", "x")
    found[3] = files.Found(f"backups/{names[3]}", 1, 6, "custom", "sha256", (), good)
    foreign = files.Found("backups/by-hand.dump", 1, 0, "custom", "", ())
    assert [f.name for f in backup_choice.to_prune([*found, foreign], "backups", "shop", 2)] == [names[2], names[4]]
    assert backup_choice.to_prune(found[:1], "backups", "shop", 0) == []


def test_a_backup_goes_with_its_checksum_and_nothing_else(tmp_path):
    put(tmp_path, "it's.dump")
    put(tmp_path, "it's.dump.sha256", "sum")
    kept = put(tmp_path, "kept.dump")
    gone = files.Found("backups/it's.dump", 1, 2, "custom", "", ())
    script = laid.with_files(files.remove([gone], "reports"))
    subprocess.run(["sh", "-c", script], env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}, check=True)
    assert list(kept.parent.iterdir()) == [kept]


def archive(database: str, version: int = 14) -> bytes:
    """Return the head of a custom archive, as PostgreSQL writes it before 16 and since."""
    number = lambda value: b"\0" + value.to_bytes(4, "little")  # noqa: E731
    packing = b"\1" if version >= 15 else number(6)
    name = database.encode()
    return b"PGDMP\1" + bytes([version, 0, 4, 8, 1]) + packing + number(1) * 7 + number(len(name)) + name + b"\0" * 90


def test_the_layout_of_a_backup_container_has_every_backup_once_and_the_time_in_its_name(tmp_path):
    last = put(tmp_path, "last/shop-20231114-030000.sql.gz", gzip.compress(DUMP.encode()))
    for link in ("daily/shop-20231114.sql.gz", "weekly/shop-202346.sql.gz", "monthly/shop-202311.sql.gz"):
        (tmp_path / "backups" / link).parent.mkdir()
        os.link(last, tmp_path / "backups" / link)
    (tmp_path / "backups/last/shop-latest.sql.gz").symlink_to(last.name)
    (tmp_path / "backups/daily/shop-latest.sql.gz").symlink_to("shop-20231114.sql.gz")
    put(tmp_path, "daily/shop-20231110.sql.gz", gzip.compress(DUMP.encode()), age=-9)
    newest, older = listed(tmp_path)
    assert (newest.path, newest.taken) == ("backups/last/shop-20231114-030000.sql.gz", 1_699_930_800)
    assert (older.path, older.taken) == ("backups/daily/shop-20231110.sql.gz", 1_699_574_400)


def test_checksums_globals_and_logs_are_no_backups_and_only_dumps_of_this_database_are_taken(tmp_path):
    mine = put(tmp_path, "pgsql_shop_db_20231114-010000.sql.zst", b"\x28\xb5\x2f\xfd")
    for none in (f"{mine.name}.md5", "pgsql_globals_db_20231114-020000.sql.zst", "backup.log", "README", ".hidden.sql"):
        put(tmp_path, none, "text", age=-60)
    put(tmp_path, "a.dump", archive("other"), age=-5)
    put(tmp_path, "b.dump", archive("other", 16), age=-5)
    put(tmp_path, "c.dump", archive("shop", 16), age=100)
    put(tmp_path, "by-hand.sql", age=-50)
    found = listed(tmp_path)
    assert {(one.name, one.ours) for one in found} == {
        ("a.dump", False), ("b.dump", False), ("c.dump", True), ("by-hand.sql", None), (mine.name, True)
    }  # fmt: skip
    chosen, why = backup_choice.latest(found, "shop")
    assert (chosen.name, chosen.sum) == ("c.dump", "")
    assert "the newest of 2 that are of shop" in why
    assert "backups/by-hand.sql is newer, but says of no database" in why
    assert "a.dump is newer, but of another database" in why
    assert backup_choice.latest([one for one in found if one.ours is not True], "shop")[0].name == "by-hand.sql"


def test_a_file_called_as_the_database_that_another_file_says_to_be_of_is_of_that_database_too(tmp_path):
    put(tmp_path, "jctc_20240401.dump", archive("jctc"))
    put(tmp_path, "jctc_20240325.sql.gz", gzip.compress(DUMP.encode()), age=1)
    put(tmp_path, "by-hand.sql", age=2)
    assert {one.name: one.ours for one in listed(tmp_path)} == {
        "jctc_20240401.dump": False, "jctc_20240325.sql.gz": False, "by-hand.sql": None
    }  # fmt: skip


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_what_cannot_be_read_is_named_with_the_cure(tmp_path):
    put(tmp_path, "secret.sql").chmod(0)
    (one,) = listed(tmp_path)
    assert "setfacl" in one.verdict


def test_unreadable_files_are_never_taken_and_are_named():
    lines = "FOREIGN\troot\t1700000000\tshop_20240101.sql\nBACKUP\t5\t9\tplain\t\t\tshop.sql\n"
    found = files.parse_listing(lines, "backups", "shop")
    chosen, why = backup_choice.latest(found, "shop")
    assert chosen.name == "shop.sql"
    assert "backups/shop_20240101.sql is newer, but NOT READABLE, it belongs to root: sudo setfacl" in why


def test_a_command_lists_what_lies_elsewhere_as_the_usual_tools_print_it(tmp_path):
    said = "2024-01-02 03:04:05   1234 a/shop 1.dump\n  77 2024-01-01 00:00:00.000000000 b.sql.gz\nshop_20240103.dump\n"
    told = {one.path: (one.bytes, one.taken) for one in listed(tmp_path, elsewhere=f"printf %s '{said}x.dump.md5'")}
    assert told == {
        "fetch:a/shop 1.dump": (1234, 1_704_164_645),
        "fetch:b.sql.gz": (77, 1_704_067_200),
        "fetch:shop_20240103.dump": (0, 1_704_240_000),
    }
    with pytest.raises(ValueError, match="no such bucket"):
        listed(tmp_path, elsewhere="echo no such bucket >&2; exit 3")


def fetched(home, name, fetch, **known):
    when = {"SIZE": "", "MODIFIED": "", "REPORTS": "reports", **known}
    script = scripts.call(
        "tools/postgres/backups/fetch-backup.sh", name, f"backups/fetched/{name}", FETCH=fetch, **when
    )
    return subprocess.run(
        ["sh", "-c", laid.with_files(script)],
        env={"HOME": str(home), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
    )


def test_what_a_command_fetches_has_its_name_only_when_it_is_whole(tmp_path):
    path = tmp_path / "backups/fetched/it's a.dump"
    assert fetched(tmp_path, "it's a.dump", 'printf "%s" "$1"', SIZE="11", MODIFIED="1700000000").returncode == 0
    assert (path.read_text(), path.stat().st_mtime) == ("it's a.dump", 1_700_000_000)
    assert fetched(tmp_path, "it's a.dump", "exit 1", SIZE="11", MODIFIED="1700000000").returncode == 0
    for fetch, why in (("echo gone >&2; exit 1", "gone"), (":", "printed nothing"), ("echo x", "not as long as")):
        ran = fetched(tmp_path, "b.dump", fetch, SIZE="11")
        assert (ran.returncode, why in ran.stderr, (tmp_path / "backups/fetched/b.dump").exists()) == (1, True, False)


BAD = [
    "..",
    "../b.dump",
    "a/..",
    "a/../../b.dump",
    "-rf",
    "--help",
    "a\nb",
    "a\x1b[2Jb",
    "a\tb",
    "",
    ".",
    "a/.",
    "a/",
]


@pytest.mark.parametrize("name", BAD)
def test_a_name_that_is_no_name_of_a_file_below_the_folder_is_fetched_by_no_command(tmp_path, name):
    ran = fetched(tmp_path, name, f"touch {tmp_path}/asked; echo x")
    assert (ran.returncode, ran.stderr.count("\n")) == (2, 1)
    assert list(tmp_path.iterdir()) == []


def test_a_name_with_a_control_character_is_listed_by_no_command(tmp_path):
    said = r"a\033[2J.dump\na\034BROKEN\tno.dump\nb\302\205BROKEN\tno.dump\nb.dump\n"
    assert [one.fetched for one in listed(tmp_path, elsewhere=f"printf '{said}'")] == ["b\x85BROKEN no.dump", "b.dump"]


def test_what_was_fetched_goes_as_what_was_created_does_and_no_file_of_an_operator(tmp_path):
    for day in ("1", "2", "3"):
        name = f"./it's/shop_2024010{day}.dump"
        assert fetched(tmp_path, name, f"echo of the day {day}").returncode == 0
    put(tmp_path, "fetched/it's/shop_20231231.dump", "by hand")
    replaced = tmp_path / "backups/fetched/it's/shop_20240101.dump"
    found = listed(tmp_path, folder="backups/fetched")
    assert [one.name for one in backup_choice.to_prune(found, "backups", "shop", 1)] == [
        f"shop_2024010{day}.dump" for day in "21"
    ]
    replaced.write_text("put there by somebody")
    gone = backup_choice.to_prune(listed(tmp_path, folder="backups/fetched"), "backups", "shop", 1)
    assert [one.path for one in gone] == ["backups/fetched/it's/shop_20240102.dump"]
    script = laid.with_files(files.remove(gone, "reports"))
    subprocess.run(["sh", "-c", script], env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}, check=True)
    assert len(list((tmp_path / "reports").iterdir())) == 2
    assert [one.brought for one in listed(tmp_path, folder="backups/fetched")] == [True, False, False]
