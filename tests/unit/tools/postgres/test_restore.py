"""What may be restored at all, and what every restore script does before it touches anything."""

import shlex
import subprocess
from dataclasses import replace

import pytest

from tasks.tools.postgres.backup import Backup, Forbidden, Section
from tasks.tools.postgres.in_place import drop_script
from tasks.tools.postgres.load import LONGEST
from tasks.tools.postgres.psql import Database
from tasks.tools.postgres.restore import restore_script

SHOP = Database("db", 'my-app "x" it\'s', "owner")
GOOD = Backup("/b.sql", "plain", 6, 1, "none", complete=True, uncompressed=1000, sections=(Section(bytes=1000),))
WHOLE = "--\n-- PostgreSQL database dump\n--\n--\n-- PostgreSQL database dump complete\n--\n"
BUILDERS = [restore_script, drop_script]


@pytest.mark.parametrize("build", BUILDERS)
@pytest.mark.parametrize(
    "bad",
    [
        replace(GOOD, complete=False),
        replace(GOOD, readable=False),
        replace(GOOD, checksum="bad"),
        replace(GOOD, kind="unknown"),
        replace(GOOD, cluster=True),
        replace(GOOD, forbidden=(Forbidden(3, "DROP DATABASE x"),)),
    ],
)
def test_a_bad_backup_has_no_restore_script(build, bad):
    with pytest.raises(ValueError):
        build(SHOP, bad, "r1", "/work")


@pytest.mark.parametrize("build", BUILDERS)
def test_one_database_of_a_cluster_can_be_chosen(build):
    cluster = replace(GOOD, cluster=True, forbidden=(Forbidden(3, "CREATE ROLE x"),))
    assert "SECTION=shop;" in build(SHOP, cluster, "r1", "/work", Section(raw="shop", bytes=5))


@pytest.mark.parametrize("build", BUILDERS)
@pytest.mark.parametrize("kind", ["plain", "gzip", "zstd", "custom", "directory"])
def test_every_script_is_posix_sh_whatever_the_names_are(build, kind):
    text = build(SHOP, replace(GOOD, kind=kind, path="/a b/it's"), "r1", "run folder")
    assert subprocess.run(["sh", "-n"], input=text, text=True, capture_output=True).stderr == ""
    assert len(shlex.quote(shlex.quote(text))) < 128 * 1024


@pytest.mark.parametrize("build", BUILDERS)
def test_a_file_that_changed_since_it_was_checked_is_refused(build, engine, tmp_path):
    (tmp_path / "b.sql").write_text("changed")
    changed = replace(GOOD, path=str(tmp_path / "b.sql"))
    ran = engine.run(build(SHOP, changed, "r1", str(tmp_path / "w")), "= 150000 1 0 1000\n")
    assert (ran.code, engine.calls) == (2, 1)
    assert "changed since" in ran.err


def test_what_was_restored_and_verified_is_not_restored_again(engine, tmp_path):
    (tmp_path / "b.sql").write_text("--dump")
    same = replace(GOOD, path=str(tmp_path / "b.sql"))
    ran = engine.run(restore_script(SHOP, same, "r1", str(tmp_path / "w")), "= 150000 1 1 1000\n")
    assert (ran.code, engine.calls) == (0, 1)


def test_a_long_report_is_not_carried_along_but_read_anew():
    few = replace(GOOD, kind="custom", digest="d" * 64, counts=("ROWS\t\tpublic.orders\t7",))
    much = replace(few, counts=tuple(f"ROWS\t\tpublic.\u00fc_{n:04}\t7" for n in range(LONGEST // 22)))
    many = replace(few, counts=(*much.counts, *much.counts))
    assert few.digest in restore_script(SHOP, few, "r1", "/w")
    assert many.digest not in restore_script(SHOP, many, "r1", "/w")
    assert much.digest in restore_script(SHOP, much, "r1", "/w")
    assert len(shlex.quote(shlex.quote(restore_script(SHOP, much, "r1", "/w"))).encode()) < 128 * 1024


def test_names_that_are_no_utf8_are_read_anew_where_they_lie():
    lost = b"ROWS\t\tpublic.gr\xf6\xdfe\t7".decode(errors="replace")
    archive = replace(GOOD, kind="custom", digest="d" * 64, counts=(lost,))
    assert archive.digest not in restore_script(SHOP, archive, "r1", "/w")


def test_owners_are_kept_unless_told_otherwise():
    archive = replace(GOOD, kind="custom")
    assert "--no-owner" not in restore_script(SHOP, archive, "r1", "/w")
    assert "--no-owner --no-privileges" in restore_script(SHOP, archive, "r1", "/w", owners=False)
    assert "NO_OWNERS=1" in restore_script(SHOP, GOOD, "r1", "/w", owners=False)


def test_commit_is_sent_only_after_a_whole_readable_file():
    text = restore_script(SHOP, GOOD, "r1", "/w")
    assert '&&\n      [ ! -e "$work/unreadable" ] && printf \'COMMIT;\\n\\\\echo RESTORE_OK_%s\\n\' "$nonce"' in text


@pytest.fixture
def drop(engine, tmp_path):
    """Run the drop of a database whose backup is WHOLE, up to the drop itself, which is answered with ANSWERS."""

    def run(*answers):
        (tmp_path / "b.sql").write_text(WHOLE)
        whole = replace(GOOD, path=str(tmp_path / "b.sql"), bytes=len(WHOLE))
        room = "x\na 1 1 9000000 1% /d\na 1 1 9000000 1% /d\n"
        before = ("= 150000 1 0 1000\n", "= 1000\n= /d\n", room, "", "")
        return engine.run(drop_script(SHOP, whole, "r1", str(tmp_path / "w")), *before, *answers)

    return run


def test_a_drop_that_fails_allows_connections_again(drop, engine):
    ran = drop(("ERROR:  used by a subscription\n", 3), "", "")
    assert (ran.code, ran.err) == (1, "the live database could not be dropped: ERROR:  used by a subscription\n")
    assert "DROP DATABASE" in engine.asked(6)
    assert "ALLOW_CONNECTIONS true" in engine.asked(7)
    assert "rm -rf /tmp/fab-rollback-r1" in engine.asked(8)


def test_a_database_that_cannot_be_opened_again_is_told_and_the_container_is_tidied(drop, engine):
    ran = drop(("ERROR:  no\n", 3), ("FATAL:  down\n", 2), "")
    assert (ran.code, ran.err.splitlines()[1]) == (1, "connections may still be refused: FATAL:  down")
    assert "rm -rf /tmp/fab-rollback-r1" in engine.asked(8)


def test_a_database_that_was_dropped_is_not_opened(drop, engine):
    ran = drop("", "= 0\n", "")
    assert (ran.code, ran.err, engine.calls) == (0, "", 8)
    assert not any("ALLOW_CONNECTIONS true" in engine.asked(call) for call in range(1, 9))


def test_a_damaged_file_is_found_before_the_live_database_is_dropped(engine, tmp_path):
    (tmp_path / "b.sql").write_text("--dump")
    same = replace(GOOD, path=str(tmp_path / "b.sql"))
    room = "x\na 1 1 9000000 1% /d\na 1 1 9000000 1% /d\n"
    ran = engine.run(
        drop_script(SHOP, same, "r1", str(tmp_path / "w")), "= 150000 1 0 1000\n", "= 1000\n= /d\n", room, ""
    )
    assert (ran.code, ran.err) == (2, "the backup is damaged or cut off: nothing was dropped\n")
    assert not any("DROP" in engine.asked(call) for call in range(1, engine.calls + 1))
