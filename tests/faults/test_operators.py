"""More than one operator, and one who changes their mind."""

from __future__ import annotations

import re
import signal

import pytest

from tests.faults.terminal import Terminal
from tests.operator import PROJECT, Ran

pytestmark = [pytest.mark.sandbox, pytest.mark.fault]

CROWD = 8
QUESTION = "[w]atch it further, [l]eave it running and go, [s]top it?"


def test_of_many_that_begin_at_the_same_moment_exactly_one_wins(ready):
    rows = ready.content()
    known = ready.last_run()
    ready.hold("checkout")
    crowd = [ready.start("git.checkout", "--commit", ready.operator.good, "--yes") for _ in range(CROWD)]
    ready.wait_for("checkout", known=known)
    losers = ready.ended(crowd, CROWD - 1)
    ready.go()
    codes = sorted(running.end().code for running in crowd)
    assert codes == [0] + [3] * (CROWD - 1)
    assert all("another run holds the lock" in ran.err and "fab runs.show" in ran.err for ran in losers)
    assert ready.operator.head() == ready.operator.good
    ready.must(ready.operator.fab("git.checkout", "--commit", ready.operator.bad, "--yes"))
    ready.note(f"{CROWD} operators at once", "before the lock", losers[0], "one of them", rows)
    ready.back_on_main()


def _terminal(stage, *words: str) -> Terminal:
    return Terminal(stage.operator.command(*words), stage.operator.environ(), str(PROJECT))


def test_ctrl_c_at_a_terminal_stops_the_step_in_its_container_too_and_the_run_is_resumed(ready):
    rows, known = ready.content(), ready.last_run()
    with ready.table_locked():
        at = _terminal(ready, "full-rollback", "--commit", ready.operator.good, "--no-rehearse", "--yes")
        ready.wait_for("downgrade", known=known)
        ready.wait_until("docker ps --format '{{.Names}}' | grep -q rollback-app")
        at.process.send_signal(signal.SIGINT)
        at.until(QUESTION)
        at.type("w")
        at.until("watching on")
        at.screen = ""
        at.process.send_signal(signal.SIGINT)
        at.until(QUESTION)
        at.type("s")
        code = at.end()
    assert code == 1, at.screen
    assert "no step of it runs on the host any more" in at.screen
    assert "rollback-app" not in ready.host.exec("docker ps --format '{{.Names}}'")
    assert ready.idle()
    ready.note("Ctrl-C, then stop", "during downgrade", Ran(code, at.screen, _words(at)), "yes", rows)
    ready.must(ready.resume())
    ready.rolled_back()


@pytest.mark.long
def test_ctrl_c_at_a_terminal_leaves_the_step_running_when_told_to(ready):
    rows, known = ready.content(), ready.last_run()
    ready.hold("snapshot")
    at = _terminal(ready, "full-rollback", "--commit", ready.operator.good, "--no-rehearse", "--yes")
    ready.wait_for("snapshot", known=known)
    at.process.send_signal(signal.SIGINT)
    at.until(QUESTION)
    at.type("l")
    code = at.end()
    assert code == 1
    assert "the step goes on on the host" in at.screen
    ready.go()
    ready.note("Ctrl-C, then leave", "during snapshot", Ran(code, at.screen, _words(at)), "yes", rows)
    ready.must(ready.resume())
    ready.rolled_back()


def test_a_half_done_host_is_not_changed_by_another_run_unless_it_is_taken_over(ready):
    rows, known = ready.content(), ready.last_run()
    ready.hold("downgrade")
    running = ready.rollback()
    ready.wait_for("downgrade", known=known)
    running.send(signal.SIGKILL)
    running.end()
    ready.go()
    ready.wait_for("downgrade", "end")
    other = ready.operator.fab("containers.restart", "--yes")
    assert other.code == 3, other.text
    for words in ("stopped half-way", "fab resume", "fab undo", "--take-over"):
        assert words in other.err
    ready.note("another change on a half-done host", "after downgrade", other, "undone", rows)
    ready.must(ready.operator.fab("undo", "--yes"))
    assert ready.as_deployed()
    assert ready.content() == rows


def _words(at: Terminal) -> str:
    lines = (line.strip() for line in re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", at.screen).splitlines())
    return next(line for line in lines if line.startswith("Interrupted"))
