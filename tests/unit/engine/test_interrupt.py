"""What becomes of the step that runs on the host, when the operator has enough of it."""

from __future__ import annotations

import os
import signal

import pytest

from tasks.console import terminal
from tasks.engine import interrupt
from tasks.engine.interrupt import Terminated, as_exceptions, decide, until_left


class Step:
    """A step that is watched."""

    def __init__(self, outage: bool = False) -> None:
        self.outage, self.ended = outage, False

    def has_ended(self) -> bool:
        return self.ended

    def goes_on_as(self, wanted) -> bool:
        return wanted == "watch"


RUNS = Step()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_is_an_interruption_that_asks_nobody(number):
    with pytest.raises(Terminated), as_exceptions():
        os.kill(os.getpid(), number)
        signal.pause()
    assert decide(Terminated(), RUNS) == "leave"


@pytest.mark.parametrize(
    ("answers", "wanted"),
    [(["w\n"], "watch"), (["Leave\n"], "leave"), (["huh\n", "S\n"], "stop"), ([""], "leave")],
)
def test_the_operator_is_asked_until_the_answer_can_be_meant(mocker, answers, wanted):
    mocker.patch.object(terminal, "interactive", return_value=True)
    mocker.patch.object(terminal, "ask", side_effect=answers)
    assert decide(KeyboardInterrupt(), RUNS) == wanted


@pytest.mark.parametrize(("outage", "said"), [(True, "serves nobody until the run is through: "), (False, "host: ")])
def test_that_nobody_is_served_meanwhile_is_a_part_of_the_question(mocker, outage, said):
    mocker.patch.object(terminal, "interactive", return_value=True)
    ask = mocker.patch.object(terminal, "ask", return_value="w")
    decide(KeyboardInterrupt(), Step(outage=outage))
    assert f"{said}[w]atch it further" in ask.call_args.args[0]


def test_that_the_step_ends_while_that_is_asked_is_news(mocker):
    mocker.patch.object(terminal, "interactive", return_value=True)
    ask = mocker.patch.object(terminal, "ask", return_value="w")
    step = Step()
    decide(KeyboardInterrupt(), step)
    meanwhile = ask.call_args.kwargs["meanwhile"]
    assert meanwhile() == ""
    step.ended = True
    assert meanwhile() == interrupt.ENDED


def test_ctrl_c_at_the_question_leaves_the_step_running(mocker):
    mocker.patch.object(terminal, "interactive", return_value=True)
    mocker.patch.object(terminal, "ask", side_effect=KeyboardInterrupt)
    assert decide(KeyboardInterrupt(), RUNS) == "leave"


def test_without_a_terminal_it_is_left_running(mocker):
    mocker.patch.object(terminal, "interactive", return_value=False)
    assert decide(KeyboardInterrupt(), RUNS) == "leave"


def test_another_ctrl_c_while_the_first_is_answered_counts_as_well(mocker):
    mocker.patch.object(interrupt, "decide", side_effect=["watch", "watch"])
    watch = mocker.Mock(side_effect=[KeyboardInterrupt, "ended"])
    step = mocker.Mock()
    step.goes_on_as.side_effect = [KeyboardInterrupt, True]
    assert until_left(watch, step) == "ended"
    assert step.goes_on_as.call_count == 2


def test_the_interruption_is_raised_where_nobody_watches_any_more(mocker):
    mocker.patch.object(interrupt, "decide", return_value="leave")
    with pytest.raises(KeyboardInterrupt):
        until_left(mocker.Mock(side_effect=KeyboardInterrupt), RUNS)
