"""Prose is broken between words; a word that somebody copies never is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.console import layout
from tasks.console.commands import JOINT

HASH = "a" * 40
HEADINGS = ("backup", "age", "what is known")
ROW = ("backups/shop_20260102-030405.dump", "2 hours", "verified, restored on trial and compared")


def test_prose_goes_on_below_where_it_began():
    assert layout.wrapped("  - the image of the web service is built anew", 24) == (
        "  - the image of the web\n    service is built\n    anew"
    )
    assert layout.wrapped("  code        aaa (a subject that is long), main", 30) == (
        "  code        aaa (a subject\n              that is long),\n              main"
    )


def test_what_fits_and_what_nobody_measures_stays_as_it_is():
    assert layout.wrapped("  a  b\n\nc", 80) == "  a  b\n\nc"
    assert layout.wrapped("x " * 200, None) == "x " * 200


@given(st.lists(st.text("abc-", min_size=1, max_size=50), min_size=1, max_size=20), st.integers(10, 80))
def test_no_word_is_ever_broken(words, width):
    assert layout.wrapped(" ".join(words), width).split() == words


def test_a_table_is_as_wide_as_its_terminal_and_breaks_between_words():
    lines = layout.table(HEADINGS, [ROW], 72)
    assert max(map(len, lines)) <= 72
    assert lines[0].split("  ")[0] == "backup"
    assert ROW[0] in lines[1] and len(lines) > 2


def test_where_the_words_do_not_fit_beside_each_other_every_row_is_a_paragraph():
    assert layout.table(HEADINGS, [ROW, (HASH, "?", "")], 40) == [
        HEADINGS[0],
        ROW[0],
        "  age            2 hours",
        "  what is known  verified, restored on",
        "                 trial and compared",
        HASH,
        "  age            ?",
    ]


def test_a_paragraph_does_not_begin_with_a_word_that_says_nothing_alone():
    found = layout.table(("state", "check", "found"), [("ok", "image", HASH), ("WRONG", "image", HASH)], 52)
    assert found == ["state  check", "ok  image", f"  found  {HASH}", "WRONG  image", f"  found  {HASH}"]


def test_what_is_short_stands_side_by_side_in_a_paragraph_and_is_not_broken():
    headings = ("backup", "age", "size", "revision", "verified")
    found = layout.table(headings, [(HASH, "970 days", "20.8 kB", "8d24e6b5c073", "not checked yet")], 60)
    assert [line.replace(JOINT, " ") for line in found] == [
        "backup",
        HASH,
        "  age 970 days  size 20.8 kB  revision 8d24e6b5c073",
        "  verified not checked yet",
    ]


def test_without_a_terminal_a_row_is_a_line():
    assert layout.table(HEADINGS, [ROW], None)[1] == "  ".join(ROW)
    assert layout.table(("a", "b"), [], 80) == ["a  b"]


@pytest.mark.parametrize("width", [20, 80, 120])
def test_all_that_a_table_is_told_is_shown(width):
    words = {word for cell in (*ROW, HASH) for word in cell.split()}
    shown = " ".join(layout.table(HEADINGS, [ROW, (HASH, "", "")], width)).replace(JOINT, " ")
    assert words <= set(shown.split())


def test_a_command_goes_on_below_such_that_a_shell_takes_it_as_one():
    found = layout.command("ssh h 'git -C shop diff --stat' --and more words", 40, "  next: ").replace(JOINT, " ")
    assert found.split("\n") == [
        "  next: ssh h \\",
        "          'git -C shop diff --stat' \\",
        "          --and more words",
    ]
    assert layout.command("vi x", None, "next: ") == "next: vi x"
