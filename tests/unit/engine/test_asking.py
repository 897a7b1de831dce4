"""One question before a run, and what is lost is named in it or right above it."""

from __future__ import annotations

import pytest

from tasks.engine import asking
from tests.unit.support.playing import STOP, plan

LOST = "two (Add it): drops table t: 4 rows go"


def test_what_the_summary_says_is_lost_is_asked_for_in_the_one_question():
    made = plan(STOP, questions=[f"{LOST}. Go on?"], summary={"is lost": f"{LOST}; the data of before: database s"})
    assert asking.question(made, "production (u@h:22)") == "Do this on production (u@h:22), though data goes?"


@pytest.mark.parametrize("summary", [{}, {"is lost": "no data"}])
def test_what_stands_nowhere_above_stands_in_the_question_by_its_name(summary):
    made = plan(STOP, questions=[f"{LOST}. Go on?", "This session will be ended: pid 7."], summary=summary)
    assert asking.question(made, "p (u@h:22)") == (f"{LOST}. This session will be ended: pid 7. Do this on p (u@h:22)?")


def test_an_ordinary_run_is_asked_for_as_such():
    assert asking.question(plan(STOP), "p") == "Do this on p?"
    assert asking.costs(plan(STOP, questions=["This session will be ended: pid 7."])) == []
