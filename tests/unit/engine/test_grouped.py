"""A proof in few lines: one for each group in which all is well, and one for each thing that is not."""

from __future__ import annotations

import pytest

from tasks.engine import grouped
from tasks.engine.world import Check


def runs(service: str, ok: bool = True) -> Check:
    """A container of a service."""
    return Check("running", f"containers of {service}", f"c_{service} {'running' if ok else 'exited'}", ok)


WELL = [
    Check("commit", "git HEAD", "abc (Release)", True),
    runs("app"),
    Check("health", "http://h/a", "200", True),
    runs("db"),
    Check("health", "http://h/b", "200", True),
]


def test_a_group_in_which_all_is_well_is_one_line():
    assert grouped.rows(WELL) == [
        ("ok", "commit", "git HEAD: abc (Release)"),
        ("ok", "running", "2: containers of app, db"),
        ("ok", "health", "2: http://h/a, http://h/b"),
    ]


def test_what_is_wrong_has_a_line_of_its_own():
    assert grouped.rows([*WELL, runs("web", ok=False)])[1:3] == [
        ("ok", "running", "2: containers of app, db"),
        ("WRONG", "running", "containers of web: c_web exited"),
    ]


def test_a_group_too_long_for_a_line_is_counted():
    many = [runs(f"a-rather-long-name-{number}") for number in range(5)]
    assert grouped.rows(many) == [("ok", "running", "5, all as they should be")]


def test_what_was_not_required_has_a_line_of_its_own():
    left = [Check("health", "http://h/a", "500: broken", False)]
    assert grouped.rows(WELL[:1], left)[1:] == [("left out", "health", "http://h/a: 500: broken")]


@pytest.mark.parametrize(("names", "text"), [(["a b c", "a b d"], "a b c, d"), (["x", "y"], "x, y"), (["a", "a"], "a")])
def test_words_that_all_begin_with_are_said_once(names, text):
    assert grouped.together(names) == text
