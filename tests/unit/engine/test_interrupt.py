"""What becomes of the step that runs on the host, when the operator has enough of it."""

from __future__ import annotations

import os
import signal

import pytest

from tasks.console import terminal
from tasks.engine import interrupt
from tasks.engine.interrupt import Terminated, as_exceptions, decide, until_left


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_is_an_interruption_that_asks_nobody(number):
    with pytest.raises(Terminated), as_exceptions():
        os.kill(os.getpid(), number)
        signal.pause()
    assert decide(Terminated()) == "leave"


@pytest.mark.parametrize(
    ("answers", "wanted"),
    [(["w\n"], "watch"), (["Leave\n"], "leave"), (["huh\n", "S\n"], "stop"), ([""], "leave")],
)
def test_the_operator_is_asked_until_the_answer_can_be_meant(mocker, answers, wanted):
    mocker.patch.object(terminal, "interactive", return_value=True)
    mocker.patch.object(terminal, "ask", side_effect=answers)
    assert decide(KeyboardInterrupt()) == wanted


def test_ctrl_c_at_the_question_leaves_the_step_running(mocker):
    mocker.patch.object(terminal, "interactive", return_value=True)
    mocker.patch.object(terminal, "ask", side_effect=KeyboardInterrupt)
    assert decide(KeyboardInterrupt()) == "leave"


def test_without_a_terminal_it_is_left_running(mocker):
    mocker.patch.object(terminal, "interactive", return_value=False)
    assert decide(KeyboardInterrupt()) == "leave"


def test_another_ctrl_c_while_the_first_is_answered_counts_as_well(mocker):
    mocker.patch.object(interrupt, "decide", side_effect=["watch", "watch"])
    watch = mocker.Mock(side_effect=[KeyboardInterrupt, "ended"])
    goes_on = mocker.Mock(side_effect=[KeyboardInterrupt, True])
    assert until_left(watch, goes_on) == "ended"
    assert goes_on.call_count == 2


def test_the_interruption_is_raised_where_nobody_watches_any_more(mocker):
    mocker.patch.object(interrupt, "decide", return_value="leave")
    with pytest.raises(KeyboardInterrupt):
        until_left(mocker.Mock(side_effect=KeyboardInterrupt), lambda wanted: wanted == "watch")
