"""What is seen while something is waited for."""

from __future__ import annotations

import re
import subprocess
import sys

from tests.unit.support.tty import PROJECT, at_a_terminal

WAITS = """
import time
from tasks.console import living, terminal
living.SHOWN_AFTER = 0.1
with living.waiting("Stop the app"):
    time.sleep(1.5)
    terminal.say("a line of the log")
    with living.waiting("something inside"):
        time.sleep(1.2)
terminal.say("done")
"""


def test_at_a_terminal_what_is_waited_for_is_seen_with_the_time_and_goes_away():
    shown, lines = at_a_terminal(WAITS)
    assert "Stop the app" in shown and "0:00:00" in shown
    assert "something inside" not in shown
    assert [line.rpartition("\x1b[2K")[2].strip() for line in lines if line.strip().endswith(("log", "done"))] == [
        "a line of the log",
        "done",
    ]


def test_without_a_terminal_only_lines_are_printed():
    done = subprocess.run([sys.executable, "-c", WAITS], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert done.stdout == "a line of the log\ndone\n"


STEP = """
import time
from tasks.console import living
from tasks.engine import display
living.SHOWN_AFTER = 0.1
log = display.Log()
log.begin()
with display.running("[1/2] Restore the backup"):
    log.write("first\\nPROGRESS bytes 50000000 100000000\\nlast words of the log\\n")
    time.sleep(1.5)
display.done("[1/2] Restore the backup", 2.34)
"""


def test_a_step_lives_with_the_last_word_of_its_output_and_ends_as_one_line():
    shown, lines = at_a_terminal(STEP)
    assert "Restore the backup" in shown and "last words of the log" in shown and "━" in shown
    printed = [line.rpartition("\x1b[2K")[2].strip() for line in lines]
    assert [line for line in printed if line and "0:00" not in line and "last words" not in line] == [
        "✓ [1/2] Restore the backup: 2.3 s"
    ]


def test_with_verbose_the_whole_output_is_printed_at_a_terminal():
    _, lines = at_a_terminal(f"from tasks.console import screen\nwith screen.as_asked(verbose=True):\n  exec({STEP!r})")
    assert [re.sub("\x1b[^m]*m", "", line).strip() for line in lines if line] == [
        "[1/2] Restore the backup",
        "first",
        "50.0 MB of 100.0 MB (50 %)",
        "last words of the log",
        "✓ [1/2] Restore the backup: 2.3 s",
    ]


def test_without_a_terminal_a_step_is_plain_lines():
    done = subprocess.run([sys.executable, "-c", STEP], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        "[1/2] Restore the backup",
        "    first",
        "    50.0 MB of 100.0 MB (50 %)",
        "    last words of the log",
        "✓ [1/2] Restore the backup: 2.3 s",
    ]


def test_what_has_a_limit_shows_how_much_of_it_is_left():
    shown, _ = at_a_terminal(
        "import time\nfrom tasks.console import living\nliving.SHOWN_AFTER = 0.1\n"
        "with living.waiting('proving', limit=3):\n    time.sleep(1.2)"
    )
    assert "proving" in shown and "━" in shown


ASKED = """
import io, sys, time
from tasks.console import living, terminal
living.SHOWN_AFTER = 0.1
sys.stdin = io.StringIO("w")
with living.waiting("Stop the app"):
    time.sleep(1.2)
    terminal.ask("Watch it further?")
    living.note("a line of the log that came later")
    time.sleep(1.2)
"""


def test_after_a_question_the_line_lives_on():
    shown, _ = at_a_terminal(ASKED)
    assert "came later" in shown.partition("Watch it further?")[2]
