"""The functions that all scripts on the host share."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

import pytest

LIB = Path(__file__).parents[3] / "tasks" / "tools" / "lib.sh"


def run(text: str, given: str = "") -> tuple[int, str, str]:
    ran = subprocess.run(["sh", "-c", f'. "{LIB}"\n{text}'], input=given, capture_output=True, text=True, timeout=120)
    return ran.returncode, ran.stdout, ran.stderr


def test_fail_and_refuse_end_with_one_line_on_stderr():
    assert run("fail 'no such' thing; echo on") == (1, "", "no such thing\n")
    assert run("refuse 'not \\n here'; echo on") == (2, "", "not \\n here\n")


def test_an_unset_variable_or_a_failed_command_ends_a_script():
    assert run("false; echo on")[:2] == (1, "")
    assert run('echo "$nothing"; echo on')[1] == ""


def test_what_is_done_at_the_end_is_done_once_and_knows_the_exit_code():
    assert run("at_exit 'echo \"tidy $code\"'; exit 3") == (3, "tidy 3\n", "")
    assert run("at_exit 'echo \"tidy $code\"; code=7'; false") == (7, "tidy 1\n", "")
    assert run("at_exit 'echo first'; at_exit 'echo \"it'\\''s second\"'") == (0, "it's second\n", "")


@pytest.mark.parametrize("name", ["HUP", "INT", "PIPE", "TERM"])
def test_a_signal_ends_a_script_after_it_tidied_up_and_a_second_one_does_not_cut_that_short(name):
    number = int(getattr(signal, f"SIG{name}"))
    code, out, _ = run(f"at_exit 'kill -{name} $$; sleep 0.1; echo tidy $code'; kill -{name} $$; echo on")
    assert (code, out) == (128 + number, f"tidy {128 + number}\n")


def test_the_first_error_is_told_else_the_first_line():
    assert run("first_error", "NOTICE: x\npsql: ERROR:  a\nERROR:  b\n")[1] == "psql: ERROR:  a\n"
    assert run("first_error", "hm\nso\n")[1] == "hm\n"
    assert run("first_error", 'time="now" level=warning msg="old"\nno image\n')[1] == "no image\n"
    assert run("first_error")[1] == ""
