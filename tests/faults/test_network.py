"""The network ends, swallows or crawls: the step goes on, and the client comes back to it by itself."""

from __future__ import annotations

import pytest

from tests.faults.stage import through

pytestmark = [pytest.mark.sandbox, pytest.mark.fault]

STEPS = ("keep", "build", "stop", "snapshot", "downgrade", "checkout", "start")
RESTORE = ("stop", "restore", "swap", "start")
# Newer servers have a program of its own for each session: sshd-session.
SESSION = "pkill -KILL -f '^sshd.*: ubuntu' || :"
SSHD = "pkill -KILL sshd; while pgrep sshd >/dev/null; do sleep 0.05; done; /usr/sbin/sshd"
FAULTS = {
    "connection reset": lambda stage, proxy: proxy.reset(),
    "packets swallowed": lambda stage, proxy: proxy.swallow(),
    "sshd session killed": lambda stage, proxy: stage.host.exec(SESSION, user="root"),
    "sshd restarted": lambda stage, proxy: stage.host.exec(SSHD, user="root"),
}


@pytest.mark.parametrize(
    "fault", [pytest.param(f, marks=() if f == "connection reset" else pytest.mark.long) for f in FAULTS]
)
def test_a_client_that_loses_its_connection_in_every_step_comes_back_and_ends_verified(ready, tmp_path, fault):
    rows = ready.content()
    with through(ready.operator, tmp_path) as proxy:
        ran = lost_in_every(STEPS, ready, proxy, fault, ready.rollback)
    assert ran.out.count("Running downgrade") == 1
    ready.rolled_back()
    for step in STEPS:
        ready.note(fault, f"during {step} (rollback)", ran, "by itself", rows)


@pytest.mark.long
@pytest.mark.parametrize("fault", FAULTS)
def test_a_restore_that_loses_its_connection_in_every_step_ends_verified(ready, tmp_path, fault):
    rows = ready.content()
    ready.must(ready.operator.fab("backups.create", "--yes"))
    with through(ready.operator, tmp_path) as proxy:
        ran = lost_in_every(RESTORE, ready, proxy, fault, ready.restore)
    assert ready.as_deployed()
    assert ready.idle()
    for step in RESTORE:
        ready.note(fault, f"during {step} (restore)", ran, "by itself", rows)


def lost_in_every(steps, stage, proxy, fault: str, begin):
    """Let a run lose its connection in each of its steps; return how it ended."""
    known = stage.last_run()
    stage.hold(steps[0])
    running = begin()
    for step, following in zip(steps, (*steps[1:], None), strict=True):
        stage.wait_for(step, known=known)
        FAULTS[fault](stage, proxy)
        stage.pass_on(following)
    ran = stage.must(running.end())
    assert ran.out.count("connection lost; the step goes on there") == len(steps)
    return ran


@pytest.mark.long
def test_a_slow_link_only_takes_longer(ready, tmp_path):
    rows = ready.content()
    with through(ready.operator, tmp_path) as proxy:
        proxy.delay = 0.15
        ran = ready.must(ready.rollback().end())
    ready.rolled_back()
    ready.note("link with 300 ms round trip", "during every step (rollback)", ran, "not needed", rows)


@pytest.mark.long
def test_a_restore_over_a_slow_link_only_takes_longer(ready, tmp_path):
    rows = ready.content()
    ready.must(ready.operator.fab("backups.create", "--yes"))
    with through(ready.operator, tmp_path) as proxy:
        proxy.delay = 0.15
        ran = ready.must(ready.restore().end())
    assert ready.as_deployed()
    ready.note("link with 300 ms round trip", "during every step (restore)", ran, "not needed", rows)


@pytest.mark.long
def test_a_host_that_stays_away_is_given_up_and_the_run_is_resumed_when_it_is_back(ready, tmp_path):
    rows = ready.content()
    with through(ready.operator, tmp_path) as proxy:
        known = ready.last_run()
        ready.hold("downgrade")
        running = ready.rollback(ROLLBACK_RECONNECT="3")
        ready.wait_for("downgrade", known=known)
        proxy.refuse = True
        proxy.reset()
        ran = running.end()
    assert ran.code == 1, ran.text
    assert "the connection is gone" in ran.err
    assert "fab resume" in ran.err
    ready.note("host cannot be reached any more", "during downgrade", ran, "yes", rows)
    held = ready.rollback().end()
    assert held.code == 3, held.text
    assert "a step goes on without its operator" in held.err
    ready.note("another rollback while a step goes on alone", "during downgrade", held, "not needed", rows)
    ready.go()
    ready.must(ready.resume())
    ready.rolled_back()
