"""A chart of plain characters."""

from __future__ import annotations

from tasks.console import chart


def test_a_bar_has_a_sign_for_each_and_their_sum():
    rows = [("2026-09", None), ("2026-10", (3, 1)), ("2026-11", (0, 0))]
    assert chart.bars(rows, ("#", "-")) == ["2026-09  ?", "2026-10  ###- 4", "2026-11  0"]


def test_bars_fit_and_nothing_that_is_there_vanishes():
    (line,) = chart.bars([("all", (400, 1))], ("#", "-"))
    assert line == f"all  {'#' * 40}- 401"
