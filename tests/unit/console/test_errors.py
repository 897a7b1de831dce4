"""How a task ends: one line, an exit code that means something, and what was changed."""

from __future__ import annotations

import pytest

from tasks.console.commands import fab, render
from tasks.console.errors import ConnectionLost, Failed, Held, Refused, TimedOut


@pytest.mark.parametrize(("kind", "code"), [(Failed, 1), (ConnectionLost, 1), (TimedOut, 1), (Refused, 2), (Held, 3)])
def test_the_exit_code_says_how_it_ended(kind, code):
    assert kind("words").code == code


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"message": "no room."}, "no room. Nothing was changed."),
        ({"message": "no room.", "at": "u@h:22"}, "u@h:22: no room. Nothing was changed."),
        ({"message": "no.", "next": "Next: x"}, "no. Nothing was changed. Next: x"),
        ({"message": "no. Nothing was recorded."}, "no. Nothing was recorded."),
    ],
)
def test_a_refusal_says_by_itself_that_nothing_was_changed(given, message):
    assert Refused(**given).message == message


def test_a_message_cannot_steer_the_terminal_and_keeps_its_commands():
    assert render(Failed(f"\x1b[2J {fab('undo')}").message) == "\ufffd[2J fab undo"


def test_what_a_command_had_printed_until_its_time_was_up_is_kept():
    assert (TimedOut("late", "out", "err").out, TimedOut("late", "out", "err").err) == ("out", "err")
