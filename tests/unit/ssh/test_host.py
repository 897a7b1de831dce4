"""Commands on a host: one line for every way they can end."""

from __future__ import annotations

import pytest
from invoke.exceptions import ThreadException
from invoke.util import ExceptionWrapper

from tasks.console.errors import ConnectionLost, Failed, TimedOut
from tasks.ssh.probe import Probe, answered
from tests.unit.support.scripted import Scripted


def marked(script: str, *ended: str, begun: str = "") -> str:
    """What a batch prints when the commands `ended` did, and `begun` did not."""
    mark = next(word for word in script.split() if len(word) == 16 and not set(word) - set("0123456789abcdef"))
    text = "".join(f"\n{mark} begin {name}\nsaid by {name}\n{mark} end 0\n" for name in ended)
    return text + (f"\n{mark} begin {begun}\nhalf" if begun else "")


def test_a_failed_command_is_its_last_line_without_what_steers_a_terminal():
    host = Scripted({"false": ("", "first\n\x1b[2Jit is full\n\n", 1)})
    with pytest.raises(Failed) as failed:
        host.sh("false")
    assert failed.value.message == "u@h:22: �[2Jit is full"


def test_what_is_asked_first_has_been_answered_before_the_others_begin():
    host = Scripted().replies(lambda name: f"said by {name}")
    early = Probe({"": "first"}, lambda answers: answers[""].out, first=True)
    assert host.ask(answered("later"), early)[1] == "said by 1"
    [(script, _)] = host.asked
    assert script.index("first") < script.index("later")


def test_a_host_is_asked_for_several_things_at_once_and_each_probe_reads_its_own():
    host = Scripted().replies(lambda name: f"said by {name}")
    one, two = host.ask(answered("x"), answered("y"))
    assert (one.out, two.out) == ("said by 0", "said by 1")
    assert len(host.asked) == 1


def test_without_check_the_exit_code_is_the_callers_business():
    assert Scripted({"false": ("", "", 1)}).sh("false", check=False).exited == 1


def test_no_fabric_setting_of_the_operator_changes_how_a_command_runs():
    host = Scripted({"true": ("",)})
    host.config.run.warn = host.config.run.dry = host.config.run.pty = True
    host.sh("true")
    [(_, options)] = host.asked
    assert options["dry"] is False
    assert options["pty"] is False
    assert options["in_stream"] is False


def test_a_connection_that_went_away_is_not_an_exit_code():
    host = Scripted({"sleep": ("", "", -1)}, connected=False)
    with pytest.raises(ConnectionLost):
        host.sh("sleep", check=False)


def test_a_command_killed_on_the_host_is_a_failure_and_not_a_lost_connection():
    with pytest.raises(Failed) as failed:
        Scripted({"sleep": ("", "", -1)}).sh("sleep")
    assert not isinstance(failed.value, ConnectionLost)


def test_a_command_that_does_not_end_says_so_and_keeps_what_it_printed():
    host = Scripted()
    host.answers["sleep"] = host.timed_out("so far")
    with pytest.raises(TimedOut) as stuck:
        host.sh("sleep", timeout=7)
    assert "did not end in 7 s" in stuck.value.message
    assert stuck.value.out == "so far"


def test_what_a_reader_thread_raised_comes_out_as_one_line():
    wrapped = ExceptionWrapper({}, Failed, Failed("more than 64 MB"), None)
    with pytest.raises(Failed, match="more than 64 MB") as failed:
        Scripted({"yes": ThreadException([wrapped])}).sh("yes")
    assert "\n" not in failed.value.message


@pytest.mark.parametrize("error", [EOFError(), ConnectionResetError("reset"), OSError("gone")])
def test_an_error_of_the_link_is_a_lost_connection(error):
    with pytest.raises(ConnectionLost):
        Scripted({"true": error}).sh("true")


def test_a_script_that_the_host_could_not_take_is_not_sent():
    host = Scripted()
    with pytest.raises(Failed, match="too long"):
        host.sh("'" * 40_000)
    assert host.asked == []


def test_a_question_that_hangs_is_named_and_the_others_keep_their_answers():
    host = Scripted()
    host.answers["*"] = lambda script: host.timed_out(marked(script, "0", begun="1"))
    one, two, three = host.ask(answered("x"), answered("y"), answered("z"), timeout=9)
    assert (one.ok, two.code, two.err, three.code) == (True, 124, "no answer in 9 s", 127)
