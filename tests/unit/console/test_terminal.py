"""What the operator sees."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tasks.console import commands
from tasks.console import terminal as console
from tasks.console.commands import fab
from tasks.console.errors import Refused

PROJECT = Path(__file__).parent.parent.parent.parent


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_line_of_a_host_cannot_steer_the_terminal_or_be_taken_for_markup(capsys):
    console.say("\x1b[2J[bold]x[/bold]\r\x07")
    assert capsys.readouterr().out == "�[2J[bold]x[/bold]��\n"


def test_a_table_holds_what_hosts_say_as_text(capsys):
    console.table(("a", "b"), [("[red]x", "\x1b]0;y\x07"), (None, 3)])
    out = capsys.readouterr().out
    assert "[red]x" in out
    assert "\x1b" not in out


def test_with_json_stdout_is_one_document_and_everything_else_is_on_stderr(capsys):
    with console.json_only(True):
        console.say("looking")
        console.table(("a",), [("row",)])
        assert console.emit_json({"é": [1]})
    seen = capsys.readouterr()
    assert json.loads(seen.out) == {"schema_version": 1, "é": [1]}
    assert "looking" in seen.err
    assert "row" in seen.err


def test_without_json_there_is_no_document(capsys):
    with console.json_only(False):
        assert not console.emit_json([])
    assert capsys.readouterr().out == ""


def test_without_a_terminal_nothing_is_assumed(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    with pytest.raises(Refused, match="--yes answers it"):
        console.confirm("Do this?", yes=False)
    console.confirm("Do this?", yes=True)


@pytest.mark.parametrize("typed", ["y\n", "Yes\n"])
def test_yes_is_yes(monkeypatch, typed):
    monkeypatch.setattr(sys, "stdin", Terminal(typed))
    console.confirm("Do this?", yes=False)


@pytest.mark.parametrize("typed", ["n\n", "\n", "", "yess\n"])
def test_everything_else_is_no(monkeypatch, typed):
    monkeypatch.setattr(sys, "stdin", Terminal(typed))
    with pytest.raises(Refused, match="Nothing was changed"):
        console.confirm("Do this?", yes=False)


def python(code: str, **environ: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-c", f"from tasks.console import terminal as console\n{code}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, **environ},
    )


def test_a_run_goes_on_when_nobody_reads_to_the_end():
    """As under `| head`: stopping in the middle of a change would be worse than lines that nobody sees."""
    ran = python("import sys\nfor n in range(2000): console.say('x' * 50)\nsys.stderr.write('to the end')")
    ran.stdout.read(10)
    ran.stdout.close()
    assert ran.stderr.read() == b"to the end"
    assert ran.wait(timeout=60) == 0


def test_a_terminal_that_cannot_show_a_character_is_no_reason_to_stop():
    ran = python("console.say('a → b')\nconsole.table(('é',), [('ü',)])", PYTHONIOENCODING="ascii", LC_ALL="C")
    out, err = ran.communicate(timeout=60)
    assert ran.returncode == 0, err
    assert b"a ? b" in out


def test_a_command_is_shown_as_this_operator_types_it(capsys):
    with commands.typed("sandbox"):
        console.say(f"Next: {fab('git.log')}")
        console.table(("next",), [(fab("undo"),)])
        console.to_stderr(fab("status"))
    said = capsys.readouterr()
    assert "Next: fab -H sandbox git.log" in said.out and "fab -H sandbox undo" in said.out
    assert said.err == "fab -H sandbox status\n"


def test_an_error_is_the_document_unless_there_was_one(capsys):
    with pytest.raises(Refused), console.json_only(True):
        raise Refused("no")
    error = {"kind": "refused", "message": "no Nothing was changed.", "next": []}
    assert json.loads(capsys.readouterr().out) == {"schema_version": 1, "error": error, "exit": 2}
    with pytest.raises(Refused), console.json_only(True):
        console.emit_json({"ok": False})
        raise Refused("no")
    assert json.loads(capsys.readouterr().out) == {"schema_version": 1, "ok": False}


WAITS = """
import time
from tasks.console import terminal
terminal.SHOWN_AFTER = 0.1
with terminal.waiting("Stop the app"):
    time.sleep(0.5)
    terminal.say("a line of the log")
    with terminal.waiting("something inside"):
        time.sleep(0.3)
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


def at_a_terminal(script: str) -> tuple[str, list[str]]:
    """Return what a terminal gets that runs the script, whole and by lines."""
    ours, theirs = os.openpty()
    environ = {name: value for name, value in os.environ.items() if name != "FORCE_COLOR"}
    environ |= {"TERM": "xterm", "NO_COLOR": "1"}
    running = subprocess.Popen([sys.executable, "-c", script], cwd=PROJECT, env=environ, stdout=theirs, stdin=theirs)
    os.close(theirs)
    got = b""
    with contextlib.suppress(OSError):  # what Linux says at the end of a terminal
        while piece := os.read(ours, 4096):
            got += piece
    os.close(ours)
    assert running.wait(10) == 0
    return got.decode(), got.decode().split("\n")
