"""What the operator is told of a restore before being asked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tasks.console.commands import render
from tasks.console.errors import Refused
from tasks.preflight import restore_facts
from tasks.preflight.backup_fit import Fit
from tasks.preflight.restore_facts import differences
from tasks.preflight.restore_report import RestoreOptions
from tasks.tools.postgres.backup import Section
from tests.unit.support import reports
from tests.unit.support.reports import RUN
from tests.unit.support.restoring import BACKUP, server


def test_the_rows_that_only_one_side_has_are_told_table_by_table():
    section = Section(rows={"public.a": 5, "public.b": 9, "public.gone": 2, "public.same": 1, "public.odd": None})
    live = {"public.a": 8, "public.b": 4, "public.new": 7, "public.same": 1, "public.odd": 3}
    assert differences(live, section) == [
        "public.a: the live database has 3 rows that the backup does not (8 now, 5 in the backup)",
        "public.b: the backup has 5 rows that the live database does not (4 now, 9 in the backup)",
        "public.gone: the backup has it, with 2 rows; the live database does not",
        "public.new: the live database has it, with 7 rows; the backup does not",
        "public.odd: 3 rows now; how many the backup has cannot be told",
    ]


def test_a_backup_is_as_old_as_its_name_says_and_not_as_its_file():
    named = replace(BACKUP, path="backups/d_20240401-000000.dump", modified=1_711_929_600 + 86_400)
    said = restore_facts.facts(reports.restore(backup=named), now=1_711_929_600 + 3 * 86_400)
    assert "d_20240401-000000.dump, custom, 5 bytes, 3 days old" in said[0]


def test_equal_counts_are_not_called_the_same_data():
    (line,) = differences({"public.a": 1}, Section(rows={"public.a": 1}))
    assert "changed in place is not counted" in line


def test_code_that_does_not_fit_is_asked_about_by_name():
    (question,) = reports.restore(fit=Fit("behind", "it carries one, the code needs two.")).questions
    assert "it carries one" in question


@pytest.mark.parametrize(
    ("options", "free", "way_out"),
    [
        (RestoreOptions(), 5000, "drops the live database first"),
        (RestoreOptions(stop=True), 5000, "drops the live database first"),
        (RestoreOptions(stop=True, in_place=True), 3000, "a bigger disk"),
    ],
)
def test_what_does_not_fit_on_the_disk_is_refused_with_the_ways_out(options, free, way_out):
    with pytest.raises(Refused, match=way_out):
        restore_facts.require(reports.restore(server=server(free=free), options=options))


def test_a_restore_in_place_needs_less_room():
    restore_facts.require(reports.restore(server=server(free=5000), options=RestoreOptions(stop=True, in_place=True)))


def test_what_may_fail_when_the_backend_is_stopped_is_refused_unless_it_is_loaded_before():
    risky = {"risks": ["made by a newer PostgreSQL"]}
    with pytest.raises(Refused, match="--online restores beside first"):
        restore_facts.require(reports.restore(**risky, options=RestoreOptions(stop=True)))
    restore_facts.require(reports.restore(**risky, options=RestoreOptions(stop=True, online=True)))
    restore_facts.require(reports.restore(**risky))


LOST = "what the backup does not hold is lost for ever"


@pytest.mark.parametrize(
    ("options", "dump_to", "fact", "warning", "question"),
    [
        (
            {"in_place": True},
            "backups/d.dump",
            "the present database is dumped to backups/d.dump before it is dropped",
            None,
            "--in-place DROPS d with 4 rows before the backup is loaded; backups/d.dump is the only way back. Go on?",
        ),
        (
            {"in_place": True},
            "",
            None,
            f"no dump is made first (the host's disk has no room for a dump): {LOST}",
            "--in-place DROPS d with 4 rows, of 1.0 kB, WITHOUT A WAY BACK. Go on?",
        ),
        (
            {"in_place": True, "dump": False},
            "",
            None,
            f"no dump is made first (--no-dump): {LOST}",
            "--in-place DROPS d with 4 rows, of 1.0 kB, WITHOUT A WAY BACK. Go on?",
        ),
    ],
)
def test_what_is_dropped_and_what_keeps_it_is_asked_by_name(options, dump_to, fact, warning, question):
    report = reports.restore(options=RestoreOptions(stop=True, **options), dump_to=dump_to)
    assert report.facts == ([fact] if fact else [])
    assert (warning in report.warnings) == bool(warning)
    assert report.questions == [question]


def test_what_is_kept_beside_is_told_with_the_way_back():
    (kept,) = reports.restore().facts
    assert render(kept) == f"what is in the database now stays, as d__old_{RUN}; fab undo swaps it back"
    assert reports.restore(server=server(live=None)).facts == []


def test_what_the_application_does_meanwhile_is_told():
    assert reports.restore(options=RestoreOptions(stop=False)).warnings == [restore_facts.GOES_ON]
    beside = replace(server(), beside=False)
    assert reports.restore(options=RestoreOptions(stop=False), server=beside).warnings[0] == restore_facts.WAITS
