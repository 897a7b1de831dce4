"""Login shells that are not what one expects: they are not noticed."""

from __future__ import annotations

import io
import shutil
import subprocess

import pytest

from tasks.ssh import login

SCRIPT = "awk 'BEGIN { print \"a\\\\b\\'\\''\" }'; printf '%s\\n' '\\\\' \"it's\"; printf err >&2; exit 3"


@pytest.mark.parametrize("shell", ["sh", "bash", "zsh", "fish"])
def test_a_script_means_the_same_to_every_login_shell(shell):
    if not shutil.which(shell):
        pytest.skip(f"no {shell} here")
    plain = subprocess.run(["sh", "-c", SCRIPT], capture_output=True, check=False)
    done = subprocess.run([shell, "-c", login.command(SCRIPT)], capture_output=True, check=False)
    out, err = (login.Greeting().past(stream.decode()) for stream in (done.stdout, done.stderr))
    assert (out, err, done.returncode) == (plain.stdout.decode(), plain.stderr.decode(), 3)


def test_what_was_said_before_the_mark_is_passed_over_however_it_is_torn():
    whole = f"Welcome! \n{login.MARK}\nanswer\n"
    for size in (1, 7, len(whole)):
        greeting = login.Greeting()
        parts = [whole[at : at + size] for at in range(0, len(whole), size)]
        assert "".join(map(greeting.past, parts)) == "answer\n"
        assert greeting.rest() == ""


def test_a_script_that_prints_the_mark_is_not_cut():
    greeting = login.Greeting()
    assert greeting.past(f"\n{login.MARK}\na\n{login.MARK}\nb") == f"a\n{login.MARK}\nb"


def test_without_a_mark_what_was_said_is_told():
    greeting = login.Greeting()
    assert greeting.past("This account is currently not available.\n") == ""
    assert greeting.rest() == "This account is currently not available.\n"


def test_bytes_are_read_to_the_end_of_the_mark_and_no_further():
    stream = io.BytesIO(f"Wëlcome\n\n{login.MARK}\n\x1f\x8b".encode())
    login.skip(stream.read)
    assert stream.read() == b"\x1f\xc2\x8b"


def test_what_programs_say_is_english():
    done = subprocess.run(["sh", "-c", login.command("echo $LC_ALL")], capture_output=True, text=True, check=True)
    assert login.Greeting().past(done.stdout) == "C\n"


def test_what_is_said_on_both_streams_can_come_on_one():
    done = subprocess.run(
        ["sh", "-c", login.command("echo a >&2; echo b", merged=True)], capture_output=True, check=True
    )
    assert (login.Greeting().past(done.stdout.decode()), done.stderr) == ("a\nb\n", b"")
