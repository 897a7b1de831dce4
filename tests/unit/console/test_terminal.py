"""What the operator sees."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tasks.console import commands
from tasks.console import terminal as console
from tasks.console.commands import fab
from tasks.console.errors import Refused
from tests.unit.support.tty import at_a_terminal

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
    with console.told_as(json=True):
        console.say("looking")
        console.table(("a",), [("row",)])
        assert console.emit_json({"é": [1]})
    seen = capsys.readouterr()
    assert json.loads(seen.out) == {"schema_version": 1, "é": [1]}
    assert "looking" in seen.err
    assert "row" in seen.err


def test_without_json_there_is_no_document(capsys):
    with console.told_as():
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


@pytest.mark.parametrize(
    "code", ["console.to_stderr('x')", "console.told_as(json=True).__enter__()\nconsole.emit_json(['x'] * 99999)"]
)
def test_a_document_that_nobody_reads_to_the_end_does_not_end_what_is_done(code, tmp_path):
    end = tmp_path / "end"
    ran = python(f"{code}\nopen({str(end)!r}, 'w')")
    ran.stdout.close()
    ran.stderr.close()
    assert (ran.wait(timeout=60), end.exists()) == (0, True)


def test_a_terminal_that_cannot_show_a_character_is_no_reason_to_stop():
    ran = python("console.say('a → b')\nconsole.table(('é',), [('ü',)])", PYTHONIOENCODING="ascii", LC_ALL="C")
    out, err = ran.communicate(timeout=120)
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
    with pytest.raises(Refused), console.told_as(json=True):
        raise Refused("no")
    error = {"kind": "refused", "message": "no Nothing was changed.", "next": []}
    assert json.loads(capsys.readouterr().out) == {"schema_version": 1, "error": error, "exit": 2}
    with pytest.raises(Refused), console.told_as(json=True):
        console.emit_json({"ok": False})
        raise Refused("no")
    assert json.loads(capsys.readouterr().out) == {"schema_version": 1, "ok": False}


def test_quiet_prints_problems_and_the_last_line(capsys):
    with console.told_as(quiet=True):
        console.say("looking")
        console.say("  ! a warning", style="yellow")
        console.table(("a",), [("row",)])
        with console.told_as(quiet=True):
            console.say("inside")
        console.say("done.\nThe way back: x", style="bold green")
    assert capsys.readouterr().out == "  ! a warning\ndone. The way back: x\n"
    with pytest.raises(Refused), console.told_as(quiet=True):
        console.say("looking")
        raise Refused("no")
    assert capsys.readouterr().out == ""
    console.say("heard again")
    assert capsys.readouterr().out == "heard again\n"


COMMAND = """
from tasks.console import commands, terminal
with commands.typed("production"):
    terminal.say("Nothing of what was there is lost. Next: " + commands.fab("undo --run 20260102-030405-abcdef") + ".")
    terminal.say("docker tag a_long_name_of_an_image_that_runs:latest another_name_of_it:abc", as_is=True)
"""


def test_at_a_terminal_prose_is_broken_between_words_and_a_command_is_never():
    _, lines = at_a_terminal(COMMAND, width=60)
    assert lines[:2] == [
        "Nothing of what was there is lost. Next:",
        "fab -H production undo --run 20260102-030405-abcdef.",
    ]
    assert lines[2] == "docker tag a_long_name_of_an_image_that_runs:latest another_name_of_it:abc"


def test_a_state_has_its_colour_and_its_word_and_with_no_color_the_word_alone():
    script = "from tasks.console import terminal\nterminal.table(('state',), [('WRONG',), ('app restarting',)])"
    coloured, _ = at_a_terminal(script, colour=True)
    assert "\x1b[1;31mWRONG" in coloured and "\x1b[33mrestarting" in coloured
    plain, _ = at_a_terminal(script)
    assert "WRONG" in plain and "\x1b[31m" not in plain and "\x1b[33m" not in plain


ENDS = """
import sys
from tasks.console import terminal
next = "fab undo --run 20260102-030405"
sys.exit(not terminal.show_end(f"It cannot be done now. Next: {next}\\n  done: nothing", [next]))
"""


def test_at_a_terminal_the_end_is_a_red_line_and_the_command_in_it_is_whole():
    shown, lines = at_a_terminal(ENDS, width=40, colour=True)
    plain = [re.sub("\x1b[^m]*m", "", line) for line in lines]
    assert plain == ["It cannot be done now. Next:", "fab undo --run 20260102-030405", "  done: nothing", ""]
    assert shown.startswith("\x1b[1;31mIt") and "\x1b[1;31m  done" not in shown


def test_at_a_terminal_what_to_do_begins_a_line_of_its_own_which_is_not_red():
    said = 'from tasks.console import terminal\nterminal.show_end("No way. Nothing was changed. Ways out: two.", [])'
    shown, lines = at_a_terminal(said, colour=True)
    assert [re.sub("\x1b[^m]*m", "", line) for line in lines][:2] == ["No way. Nothing was changed.", "Ways out: two."]
    assert "\x1b[1;31mWays" not in shown


def test_without_a_terminal_the_end_is_left_to_invoke():
    assert not console.show_end("no", [])


ASKS = """
import io, sys
from tasks.console import terminal
sys.stdin = io.StringIO("")
terminal.ask("Do this on it now? [y/N] ")
"""


def test_a_question_breaks_between_its_words():
    assert at_a_terminal(ASKS, width=20)[1] == ["Do this on it now?", "[y/N] "]


def test_what_happens_while_somebody_thinks_is_said_once(monkeypatch, capsys):
    read, write = os.pipe()
    looks = iter(["", "it has ended", "never asked for"])

    def meanwhile() -> str:
        news = next(looks)
        if news:
            os.write(write, b"w\n")
        return news

    monkeypatch.setattr(console, "LOOK", 0.01)
    with os.fdopen(read) as typed:
        monkeypatch.setattr(sys, "stdin", typed)
        assert console.ask("Go on? ", meanwhile=meanwhile) == "w\n"
    os.close(write)
    assert capsys.readouterr().err == "Go on? \nit has ended "
    assert next(looks) == "never asked for"
