"""Figures month by month, as ledger and journals know them; what they do not know is no zero."""

from __future__ import annotations

import calendar

import pytest

from tasks.preflight.history import drills, stats, stats_view
from tasks.preflight.history.ledger import BAD, BEGUN, GOOD, UNKNOWN, Entry
from tasks.preflight.history.stats import RECORD

OCTOBER, NOVEMBER = (calendar.timegm((2026, month, 5, 0, 0, 0)) for month in (10, 11))
ONE, TWO, THREE = ("1" * 40, "2" * 40, "3" * 40)
MONTHS = ["2026-09", "2026-10", "2026-11"]


def said(event: str, commit: str, at: float, task: str = RECORD) -> Entry:
    return Entry(event=event, commit=commit, at=at, task=task)


def run(at: float, task: str = "full-rollback", **measured: float) -> list[dict]:
    return [{"event": "run", "at": at, "task": task}, {"event": "proven", "at": at + 9, **measured}]


def known(entries: list[Entry], *runs: list[dict]) -> stats.Stats:
    return stats.of(stats.history(entries, {f"r{n}": lines for n, lines in enumerate(runs)}), MONTHS)


BACK = [said(BAD, TWO, NOVEMBER + 60, "full-rollback"), said(GOOD, ONE, NOVEMBER + 60, "full-rollback")]
LEDGER = [said(GOOD, ONE, OCTOBER), said(BEGUN, ONE, NOVEMBER - 5), said(GOOD, TWO, NOVEMBER), *BACK]


def test_a_deployment_is_what_was_recorded_and_failed_if_it_was_rolled_back():
    found = known(LEDGER)
    assert [(one.deployments, one.failed, one.failure_rate) for one in found.months[1:]] == [(1, 0, 0), (1, 1, 1)]
    assert (found.whole.deployments, found.whole.failed, found.whole.failure_rate) == (2, 1, 0.5)
    assert found.whole.month == "2026-09 to 2026-11"


def test_before_anything_was_written_down_nothing_is_known_and_nothing_is_counted_as_none():
    before = known(LEDGER).months[0]
    assert (before.deployments, before.failed, before.rollbacks, before.outage) == (None, None, None, None)
    assert known(LEDGER).unknown == ["before 2026-10 nothing is known"]
    assert known([]).unknown == ["nothing was recorded yet, and no run was made: nothing is known"]


def test_where_no_deployment_was_ever_recorded_their_number_is_not_known_but_that_of_the_failed_is():
    found = known(BACK, run(NOVEMBER, outage=3.0, recovery=9.0))
    assert (found.whole.deployments, found.whole.failure_rate, found.whole.failed) == (None, None, 1)
    assert any("no deployment was recorded" in sentence for sentence in found.unknown)


def test_a_drill_is_no_rollback():
    line, *rest = run(NOVEMBER, outage=3.0, recovery=9.0)
    assert known(LEDGER, [{**line, "because": drills.BECAUSE}, *rest]).whole.rollbacks == 0


@pytest.mark.parametrize(
    ("entries", "deployed", "failed", "unfinished"),
    [
        ([said(GOOD, ONE, 1), said(GOOD, ONE, 2)], 1, 0, 0),
        ([said(BEGUN, ONE, 1), said(BAD, TWO, 9, "full-rollback"), said(GOOD, ONE, 9, "full-rollback")], 1, 1, 0),
        ([said(BEGUN, ONE, 1), said(BEGUN, ONE, 2), said(GOOD, TWO, 3), said(BEGUN, TWO, 4)], 1, 0, 2),
        ([said(GOOD, ONE, 1), said(GOOD, TWO, 2), said(UNKNOWN, ONE, 3, "undo"), said(GOOD, TWO, 4)], 3, 0, 0),
        ([said(GOOD, ONE, 1), said(GOOD, ONE, 2, "full-rollback")], 1, 0, 0),
    ],
    ids=["recorded twice", "never recorded", "begun only", "deployed again", "returned to"],
)
def test_what_is_a_deployment(entries, deployed, failed, unfinished):
    found, open_ = stats.deployments(entries)
    assert (len(found), sum(one.failed for one in found), open_) == (deployed, failed, unfinished)


def test_a_deployment_that_failed_at_once_counts_from_when_it_was_begun():
    entries = [said(BEGUN, ONE, OCTOBER), said(BAD, TWO, NOVEMBER, "full-rollback")]
    assert stats.deployments(entries)[0] == [stats.Deployed(OCTOBER, TWO, failed=True)]


def test_the_time_to_restore_is_the_median_and_the_outage_the_sum_of_what_was_measured():
    runs = [run(NOVEMBER, outage=n, recovery=n * 2) for n in (1.0, 2.0, 30.0)]
    found = known(LEDGER, *runs, run(NOVEMBER, "undo", outage=5.0, recovery=50.0)).months[-1]
    assert (found.rollbacks, found.time_to_restore, found.outage, found.unmeasured) == (3, 4.0, 38.0, 0)


def test_what_nobody_measured_is_said_and_is_no_outage_of_zero_seconds():
    found = known(LEDGER, run(NOVEMBER))
    assert (found.months[-1].outage, found.months[-1].time_to_restore, found.months[-1].unmeasured) == (None, None, 1)
    assert "the outage of 1 run was not measured: not in the sum" in found.unknown
    both = known(LEDGER, run(NOVEMBER), run(NOVEMBER, outage=4.0, recovery=6.0)).months[-1]
    assert stats_view.row(both)[-2:] == ("6.0 s", "at least 4.0 s")


def test_a_run_without_an_outage_adds_none_and_one_that_was_not_proven_does_not_count():
    found = known(LEDGER, run(NOVEMBER, "backups.create"), run(NOVEMBER)[:1])
    assert (found.months[-1].outage, found.months[-1].rollbacks, found.months[-1].unmeasured) == (0.0, 0, 0)


@pytest.mark.parametrize(
    ("now", "count", "months"),
    [
        (NOVEMBER, 2, ["2026-10", "2026-11"]),
        (calendar.timegm((2026, 2, 1, 0, 0, 0)), 3, ["2025-12", "2026-01", "2026-02"]),
    ],
)
def test_the_last_months_go_across_a_year(now, count, months):
    assert stats.last_months(now, count) == months


def test_in_the_table_what_is_unknown_is_a_question_mark_and_what_was_not_needed_is_empty():
    rows = [stats_view.row(one) for one in known(LEDGER).months]
    assert rows[0] == ("2026-09", "?", "?", "?", "?", "?", "?")
    assert rows[2] == ("2026-11", "1", "1", "100%", "0", "", "0.0 s")


def test_the_chart_has_a_bar_for_every_month_that_is_known():
    drawn = stats_view.chart(known(LEDGER))
    assert drawn[-3:] == ["2026-09  ?", "2026-10  █ 1", "2026-11  ░ 1"]
