"""A dump has its name only when it was read back."""

import gzip
import hashlib

import pytest

from tasks.tools.postgres.changes import write_backup
from tasks.tools.postgres.psql import Database
from tests.unit.tools.postgres.conftest import seen

SHOP = Database("db", "shop", "owner")
WHOLE = "--\n-- PostgreSQL database dump\n--\n\nSELECT 1;\n--\n-- PostgreSQL database dump complete\n--\n"


@pytest.mark.parametrize("form", ["custom", "plain", "gzip"])
def test_a_dump_waits_only_so_long_for_a_lock(form, engine, tmp_path):
    engine.run(
        write_backup(SHOP, str(tmp_path / "a b"), form, "reports"),
        seen(),
        *(["500\n"] if form == "custom" else []),
        ("", 1),
    )
    assert "--lock-wait-timeout=30s" in engine.asked(engine.calls)


def test_a_dump_is_written_with_its_checksum(engine, tmp_path):
    path = tmp_path / "backups" / "b.sql"
    ran = engine.run(write_backup(SHOP, str(path), "plain", "reports"), seen(), WHOLE)
    assert (ran.code, ran.err) == (0, "")
    assert path.read_text() == WHOLE
    assert (path.parent / "b.sql.sha256").read_text() == f"{hashlib.sha256(WHOLE.encode()).hexdigest()}  b.sql\n"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_dump_that_is_there_is_not_written_again(engine, tmp_path):
    path = tmp_path / "b.sql"
    engine.run(write_backup(SHOP, str(path), "plain", "reports"), seen(), WHOLE)
    assert engine.run(write_backup(SHOP, str(path), "plain", "reports"), seen(), "other").code == 0
    assert path.read_text() == WHOLE


def test_a_cut_dump_never_gets_its_name(engine, tmp_path):
    path = tmp_path / "b.sql"
    ran = engine.run(write_backup(SHOP, str(path), "plain", "reports"), seen(), WHOLE[:20])
    assert (ran.code, ran.err) == (1, "the dump has no last line: it is cut off\n")
    assert not path.exists()


def test_a_cut_dump_that_was_compressed_never_gets_its_name(engine, tmp_path):
    packed = gzip.compress(WHOLE[:20].encode()).decode("latin-1")
    ran = engine.run(write_backup(SHOP, str(tmp_path / "b"), "gzip", "reports"), seen(), packed)
    assert (ran.code, ran.err) == (1, "the dump has no last line: it is cut off\n")
    assert not (tmp_path / "b").exists()


def test_a_failed_pg_dump_is_said_in_one_line(engine, tmp_path):
    ran = engine.run(write_backup(SHOP, str(tmp_path / "b"), "custom", "reports"), seen(), "500\n", ("", 1))
    assert (ran.code, ran.err.count("\n")) == (1, 1)
    assert ran.err.startswith("pg_dump failed")


def test_a_file_that_is_not_ours_is_not_overwritten(engine, tmp_path):
    (tmp_path / "b").write_text("mine")
    assert engine.run(write_backup(SHOP, str(tmp_path / "b"), "plain", "reports"), seen()).code == 2
    assert (tmp_path / "b").read_text() == "mine"


def test_a_database_that_is_not_there_is_refused(engine, tmp_path):
    ran = engine.run(write_backup(SHOP, str(tmp_path / "b"), "plain", "reports"), seen(live=0))
    assert (ran.code, ran.err) == (2, "there is no database shop\n")
