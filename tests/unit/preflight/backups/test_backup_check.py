"""Which backups must not become the live database."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest

from tasks.console.errors import Refused
from tasks.preflight.backups.backup_check import Target, inspect, obstacles, reports, risks
from tasks.tools.postgres.backup import Backup, Forbidden, Section
from tests.unit.support.deployment import environment
from tests.unit.support.reports import DATABASE

SHOP = Target("shop", 15, "UTF8", frozenset({"public.orders"}))
ROWS = {"public.orders": 3, "public.alembic_version": 1}


def backup(**facts):
    given = {"sections": (Section(rows=ROWS),), "complete": True, "server": "15.1", "encoding": "UTF8", **facts}
    return Backup("b", "custom", 1, 1, given.pop("checksum", "ok"), **given)


def test_a_whole_backup_of_this_database_may():
    assert obstacles(backup(database="shop"), SHOP) == []
    assert obstacles(backup(), SHOP) == []
    assert risks(backup(), SHOP) == []


def test_one_of_a_copy_of_this_database_may():
    assert obstacles(backup(database="shop__old_20260102-030405-abcdef"), SHOP) == []


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"checksum": "bad"}, "sha256"),
        ({"complete": False}, "cut off"),
        ({"readable": False}, "damaged"),
        ({"reason": "an empty file"}, "an empty file"),
        ({"database": "blog"}, "--from-database blog"),
        ({"sections": (Section(rows={"public.posts": 1, "public.alembic_version": 1}),)}, "no table in common"),
        ({"sections": (Section(rows={}),)}, "schema alone"),
        ({"forbidden": (Forbidden(7, "DROP DATABASE x"),)}, "line 7 .*DROP DATABASE x"),
        ({"sections": (Section(raw="blog"), Section(raw="wiki"))}, "holds blog, wiki, not shop"),
        ({"sections": (Section(raw="shop", rows=ROWS, complete=False),)}, "part of shop is cut off"),
    ],
)
def test_what_is_damaged_or_meant_for_another_database_may_not(facts, words):
    (reason,) = obstacles(backup(**facts), SHOP)
    assert re.search(words, reason), reason


def test_another_database_is_taken_when_it_is_named():
    posts = Section(rows={"public.posts": 1})
    assert obstacles(backup(database="blog", sections=(posts,)), SHOP, "blog") == []
    assert obstacles(backup(sections=(Section(raw="blog", rows=ROWS),)), SHOP, "blog") == []


@pytest.mark.parametrize(
    ("facts", "there", "words"),
    [
        ({"server": "17.2"}, "UTF8", "PostgreSQL 17"),
        ({"encoding": "SQL_ASCII"}, "UTF8", "SQL_ASCII"),
        ({"encoding": "UTF8"}, "LATIN1", "LATIN1"),
    ],
)
def test_what_only_the_attempt_can_tell_is_said_before(facts, there, words):
    (risk,) = risks(backup(**facts), Target("shop", 15, there))
    assert words in risk


@pytest.mark.parametrize(("told", "there"), [("LATIN1", "UTF8"), ("UTF8", "SQL_ASCII"), ("UTF-8", "UTF8")])
def test_an_encoding_that_always_fits_is_no_risk(told, there):
    assert risks(backup(encoding=told), Target("shop", 15, there)) == []


REPORT = "FILE\tplain\t5\t1\nCHECKSUM\tok\nKIND\tdump\nCOMPLETE\t1\nROWS\t\tpublic.t\t7\n"


def reading(code: int = 0, err: str = "") -> SimpleNamespace:
    """A host on which an inspection prints REPORT, in pieces, its progress in between; it keeps the SCRIPTS."""
    scripts = []

    def sh(script, timeout, check, out):
        scripts.append(script)
        for part in (REPORT[:20], REPORT[20:30], f"{REPORT[30:]}PROGRESS bytes 5 5\n"):
            out.write(part)
        return SimpleNamespace(ok=not code, stderr=err)

    return SimpleNamespace(environment=environment(), address="u@h:22", sh=sh, scripts=scripts)


def test_a_backup_is_read_while_its_progress_is_shown(capsys):
    host = reading()
    found = inspect(host, DATABASE, "b.sql", keep=True)
    assert (found.kind, found.sections[0].rows) == ("plain", {"public.t": 7})
    assert "5 bytes of 5 bytes" in capsys.readouterr().out
    assert f"REPORTS={reports(environment())} " in host.scripts[0]
    inspect(host, DATABASE, "b.sql")
    assert "REPORTS='' " in host.scripts[1]


def test_a_backup_that_cannot_be_read_is_refused_in_one_line():
    with pytest.raises(Refused, match="u@h:22: there is no readable file b. Nothing was changed."):
        inspect(reading(2, "x\nthere is no readable file b\n"), DATABASE, "b")


def test_what_one_database_of_a_cluster_lacks_is_no_reason_against_another():
    shop = Section(raw="shop", rows={"public.a": 1}, extensions=("pg_trgm",))
    maps = Section(raw="maps", rows={"public.b": 1}, extensions=("postgis",), vital_roles=("reader",))
    found = backup(sections=(shop, maps), cluster=True, lacking=("postgis",), missing_roles=("reader",))
    assert obstacles(found, Target("shop", 15)) == []
    lacking, roles = obstacles(found, Target("maps", 15))
    assert "does not offer the extension postgis" in lacking
    assert "CREATE ROLE reader first" in roles


def test_rows_without_their_tables_would_need_them():
    found = backup(sections=(Section(rows={"public.a": 1}, revisions=("one",), defines=False),))
    (reason,) = obstacles(found, Target("shop", 15))
    assert "rows alone" in reason and "at revision one" in reason
