"""Sizes, ages and times: one spelling each, in UTC whatever the clock of the operator says."""

from __future__ import annotations

import time

import pytest

from tasks.console import units


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 bytes"), (999, "999 bytes"), (1000, "1.0 kB"), (10**9, "1.0 GB"), (2.5e13, "25.0 TB")]
)
def test_a_size_is_written_in_decimal_units(count, text):
    assert units.size(count) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "0 seconds"),
        (1.9, "1 second"),
        (90, "90 seconds"),
        (120, "2 minutes"),
        (7199, "119 minutes"),
        (7200, "2 hours"),
        (2e5, "2 days"),
    ],
)
def test_an_age_is_written_in_the_largest_unit_of_which_there_are_two(seconds, text):
    assert units.age(seconds) == text


def test_a_time_is_said_in_utc_wherever_the_operator_sits(monkeypatch):
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        assert units.moment(1_700_000_000.9) == "2023-11-14 22:13:20 UTC"
        assert units.stamp("2023-11-14T22:13:20.123456789Z") == 1_700_000_000
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_time_that_is_not_known_is_said_in_words():
    assert units.moment(None) == units.moment(0) == "at an unknown time"
    assert units.stamp("0001-01-01") == units.stamp("") == 0
