"""What comes from a host cannot steer the terminal or fill the screen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.console import text
from tasks.console.errors import Failed, Held, Refused


@given(st.text())
def test_nothing_that_steers_a_terminal_is_left(words):
    kept = text.clean(words)
    assert not set(kept) & {chr(n) for n in [*range(9), *range(11, 32), *range(127, 160), 0x202E, 0x2028]}
    assert len(kept) == len(words)


def test_ordinary_text_of_any_language_stays_as_it_is():
    assert text.clean("größer → 大きい\tx\ny") == "größer → 大きい\tx\ny"


def test_a_message_is_one_line_of_bounded_length():
    assert text.one_line("a\n  b\tc") == "a b c"
    assert len(text.one_line("x" * 10**7)) < 600


def test_of_a_long_message_the_end_is_kept_and_that_something_is_missing_is_said():
    assert text.one_line("a" + "b" * 499) == "a" + "b" * 499
    assert text.one_line("a" + "b" * 500) == "..." + "b" * 500


def test_the_last_line_that_says_something_counts():
    assert text.last_line("one\ntwo\nthree\n \n\n") == "three"
    assert text.last_line("\n") == "failed and printed nothing"


@pytest.mark.parametrize(("kind", "code"), [(Failed, 1), (Refused, 2), (Held, 3)])
def test_every_end_has_its_exit_code_and_a_harmless_message(kind, code):
    error = kind("\x1b]0;owned\x07")
    assert error.code == code
    assert error.message.removesuffix(" Nothing was changed.") == "�]0;owned�"


def test_only_the_nearest_word_is_offered_and_none_that_is_far_off():
    assert text.nearest("prodution", ["staging", "production", "productions"]) == ", did you mean 'production'?"
    assert text.nearest("abxx", ["abcd"]) == ", did you mean 'abcd'?"
    assert text.nearest("axxx", ["abcd"]) == ""
