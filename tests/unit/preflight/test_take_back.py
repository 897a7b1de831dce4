"""Whether a release can be taken back is one word and one line; without loss is only what was tried, and reads so."""

from __future__ import annotations

import pytest

from tasks.console.commands import render
from tasks.preflight import take_back
from tasks.preflight.revisions.previewed import Found, Preview
from tasks.preflight.take_back import Tried

ANSWERS = Tried(answers="the image of bbbb answers 200 on the new schema", stays="bbbb")
HARMLESS = Preview("two", "Add", "two.py", "reversible", [Found("reversible", 9, "drop_index")])
DROPS = Found("destroys", 7, "drops column t.a: what it holds could not be counted")
GRAVE = Preview("three", "Drop", "three.py", "destroys", [DROPS])
RAW = Preview("four", "Raw", "four.py", "raw", [Found("raw", 5, "raw SQL: SELECT f()")])
UP = ["two.py:4: drops table t: 4 rows go"]
LATER = "three.py:7: drops column t.a, with what is written there until then"
DOWN = "the rehearsal of downgrade one failed: no"


@pytest.mark.parametrize(
    ("previews", "upwards", "tried", "can", "line"),
    [
        ([HARMLESS], [], Tried(), "without loss", "without loss: 1 migration went up, down and up again on a clone"),
        ([GRAVE], [], Tried(), "with loss", f"with loss: {LATER}"),
        ([RAW], [], Tried(), "with loss", "with loss: four.py:5: raw SQL: SELECT f()"),
        ([GRAVE], [], ANSWERS, "without loss", f"{ANSWERS.answers}: fab full-rollback --commit bbbb --no-database"),
        ([HARMLESS], UP, Tried(), "with loss", f"with loss: {UP[0]}"),
        ([GRAVE], UP, ANSWERS, "with loss", f"with loss: {UP[0]}"),
        ([HARMLESS], [], Tried(lacks=["it lacks INDEX i"]), "with loss", "with loss: it lacks INDEX i"),
        ([HARMLESS], [], Tried(why=DOWN), "no", f"cannot be taken back: {DOWN}"),
        ([HARMLESS], [], Tried(why=DOWN, answers="it answers 200", stays="bbbb"), "without loss", "by its code alone"),
        (
            [HARMLESS],
            [],
            Tried(why="boom", answers="it", upwards=False),
            "no",
            "cannot be deployed, nor taken",
        ),
    ],
)
def test_what_it_is_and_why(previews, upwards, tried, can, line):
    verdict = take_back.judge("aaaa (Sort)", previews, upwards, tried)
    assert verdict.can == can
    assert line in render(verdict.line)
    assert verdict.line.startswith("aaaa (Sort) can")


def test_without_migrations_nothing_is_lost():
    assert take_back.nothing("aaaa").can == "without loss"
