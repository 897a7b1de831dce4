"""The operator's own commands around a run, and the outage that the host notes, whatever becomes of the client."""

from __future__ import annotations

import signal
import time

import pytest

pytestmark = [pytest.mark.sandbox, pytest.mark.fault, pytest.mark.long]

PAGE = {"title": "maintenance page", "on": "touch page && echo on >>told", "off": "rm -f page && echo off >>told"}
FLUSH = {"title": "flush", "run": "echo flushed >>told"}
PROBER = "grep -ls FAB_ROLLBACK_PROBER= /proc/[0-9]*/environ || :"


@pytest.fixture
def hooked(ready):
    """The stage, with a page that a playbook puts up and takes down."""
    settings = ready.operator.settings
    ready.host.exec("rm -f page told")
    settings["hooks"] = {"before": [PAGE], "after": [FLUSH]}
    ready.operator.write()
    yield ready
    del settings["hooks"]
    ready.operator.write()


def told(stage) -> list[str]:
    """What the hooks did since this was asked last; the page is there between `on` and `off` only."""
    lines = stage.host.exec("cat told 2>/dev/null; rm -f told").split()
    there = stage.host.exec("ls page 2>/dev/null || :") != ""
    assert there is (lines[-1:] == ["on"])
    return lines


def test_what_a_hook_puts_up_is_taken_down_after_success_failure_resume_and_undo(hooked):
    rows, known = hooked.content(), hooked.last_run()
    plan = hooked.operator.fab("full-rollback", "--commit", hooked.operator.good, "--no-rehearse", "--plan")
    assert "maintenance page: off, whatever happens" in plan.out and "touch page" in plan.out
    hooked.hold("snapshot")
    running = hooked.rollback()
    hooked.wait_for("snapshot", known=known)
    running.send(signal.SIGKILL)
    running.end()
    assert told(hooked) == ["on"]
    hooked.go()
    ran = hooked.must(hooked.resume())
    hooked.rolled_back()
    assert told(hooked) == ["on", "off", "flushed"]
    known = hooked.last_run()
    hooked.hold("stop")
    running = hooked.start("undo", "--yes")
    hooked.wait_for("stop", known=known)
    running.send(signal.SIGINT)
    left = running.end()
    assert "still to come, by fab resume or fab undo: maintenance page: off" in left.text, left.text
    assert told(hooked) == ["on"]
    hooked.go()
    hooked.must(hooked.resume())
    assert told(hooked) == ["on", "off", "flushed"]
    assert hooked.as_deployed() and hooked.content() == rows
    hooked.note("fab gets SIGKILL, then SIGINT", "with a hook's page up", ran, "yes", rows)


def test_a_hook_that_fails_before_changes_nothing_and_one_that_fails_after_is_said(hooked):
    before = hooked.operator.world()
    hooked.operator.settings["hooks"] = {"before": [PAGE, {"title": "freeze", "run": "echo frozen already; exit 4"}]}
    hooked.operator.write()
    ran = hooked.rollback().end()
    assert ran.code == 2 and "freeze: frozen already. The application was not touched." in ran.err, ran.text
    assert told(hooked) == ["on", "off"] and hooked.operator.world() == before
    hooked.operator.settings["hooks"] = {"after": [{"title": "flush", "run": "echo no cache; exit 4"}]}
    hooked.operator.write()
    ran = hooked.rollback().end()
    assert ran.code == 1 and "done and verified, but" in ran.err, ran.text
    assert "flush: no cache. Type it by hand: echo no cache; exit 4" in ran.err
    hooked.rolled_back()


def test_outage_and_recovery_are_what_the_host_saw_though_the_client_was_killed_and_resumed_much_later(ready):
    rows, known = ready.content(), ready.last_run()
    running = ready.rollback()
    ready.wait_for("start", known=known)
    running.send(signal.SIGKILL)
    running.end()
    ready.wait_until("[ \"$(curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:8000/health)\" = 200 ]")
    up = time.time()
    assert ready.host.exec(PROBER) != ""
    time.sleep(20)
    ran = ready.must(ready.resume())
    ready.rolled_back()
    story = ready.operator.fab("runs.show", "--json").json()
    began = story["journal"][0]["at"]
    assert 0 < story["outage"] <= up - began + 3, story
    assert abs(began + story["recovery"] - up) <= 3, story
    assert "recovered" in ran.out.splitlines()[-2]
    ready.wait_until(f'[ -z "$({PROBER})" ]')
    ready.note("fab gets SIGKILL", "during start; resumed 20 s later", ran, "yes", rows)
