"""The host gives way in the middle: rebooted, its engine hung, its disk full, its memory short, its clock wrong"""

from __future__ import annotations

import pytest

from sandbox import container
from sandbox.engine import docker
from tests.faults.test_failures import FULL, described

pytestmark = [pytest.mark.sandbox, pytest.mark.fault, pytest.mark.long]

STEPS = ("build", "stop", "snapshot", "downgrade", "checkout", "start")
CLOCK = """#!/bin/sh
case " $*" in *" -d"*|*" --date"*) exec /usr/bin/date "$@" ;; esac
exec /usr/bin/date -d "$(cat /tmp/clock 2>/dev/null || echo now)" "$@"
"""
SMALL = """#!/bin/sh
[ "$1" = run ] && [ -e /tmp/small ] && shift && set -- run --memory 24m "$@"
exec /usr/bin/docker "$@"
"""


@pytest.fixture
def real(stage, monkeypatch):
    """The stage on a host whose disk outlives its power supply."""
    monkeypatch.setattr(container, "DISK", "--volume=/var/lib/docker")
    stage.torn = True
    stage.ready()
    yield stage
    stage.clear()


def test_a_host_that_reboots_in_every_step_is_waited_for_and_the_run_resumed_to_a_verified_end(real):
    rows, words = real.content(), ("full-rollback", "--commit", real.operator.good, "--no-rehearse", "--yes")
    known = real.last_run()
    for step in STEPS:
        real.hold(step)
        running = real.start(*words)
        real.wait_for(step, known=known)
        docker("restart", "-t", "0", real.host.container)
        real.go()
        ran = running.end()
        assert ran.code == (2 if step == "build" else 1), ran.text
        assert "was cut off on the host" in ran.err, ran.text
        assert "connection lost; the step goes on there" in ran.out
        real.settled()
        real.note("host rebooted", f"during {step}", ran, "yes", rows)
        if step != "build":
            assert "fab resume" in ran.err
            known, words = "", ("resume", "--yes")
    real.must(real.resume())
    real.rolled_back()
    assert real.content() == rows


def test_an_engine_that_hangs_is_waited_for_in_every_step(ready):
    rows, known = ready.content(), ready.last_run()
    steps = ("build", "stop", "snapshot", "downgrade", "start")
    ready.hold(steps[0])
    running = ready.rollback()
    for step, following in zip(steps, (*steps[1:], None), strict=True):
        ready.wait_for(step, known=known)
        ready.host.exec("pkill -STOP -x dockerd", user="root")
        ready.pass_on(following)
        ready.wait_until("pgrep -f 'docker (ps|inspect|image|exec|tag|stop|kill)|docker-compose -f' >/dev/null")
        ready.host.exec("pkill -CONT -x dockerd", user="root")
    ran = ready.must(running.end())
    ready.rolled_back()
    for step in steps:
        ready.note("engine hangs for a while", f"during {step}", ran, "not needed", rows)


def test_an_engine_that_hangs_before_the_run_is_named_and_nothing_was_changed(deployed):
    rows = deployed.content()
    deployed.host.exec("pkill -STOP -x dockerd", user="root")
    ran = deployed.rollback().end()
    deployed.host.exec("pkill -CONT -x dockerd", user="root")
    assert ran.code == 2, ran.text
    assert "no answer in 10 s" in ran.err or "does not answer" in ran.err
    assert len(ran.err.strip().splitlines()) == 1, ran.err
    deployed.note("engine hangs", "before anything was changed", ran, "not needed", rows)


@pytest.mark.parametrize("jump", ["1 hour", "-1 hour"])
def test_a_clock_that_jumps_by_an_hour_in_the_middle_changes_no_result_and_no_figure(ready, jump):
    rows, known = ready.content(), ready.last_run()
    ready.host.exec("cat > /usr/local/bin/date && chmod +x /usr/local/bin/date", user="root", stdin=CLOCK)
    ready.hold("checkout")
    running = ready.rollback()
    ready.wait_for("checkout", known=known)
    ready.host.exec("cat > /tmp/clock", stdin=jump)
    ready.go()
    ran = ready.must(running.end())
    ready.rolled_back()
    assert "outage not measured" in ran.out.splitlines()[-2], ran.out
    ready.note(f"host's clock jumps by {jump}", "during checkout", ran, "not needed", rows)
    assert "done and verified" in ready.must(ready.operator.fab("runs.show")).out
    ready.must(ready.operator.fab("undo", "--yes", timeout=240))
    ready.host.exec("rm /usr/local/bin/date", user="root")
    assert ready.as_deployed()


def test_a_downgrade_that_is_killed_for_want_of_memory_says_so_and_is_resumed(ready):
    rows = ready.content()
    ready.host.exec("cat > /usr/local/bin/docker && chmod +x /usr/local/bin/docker", user="root", stdin=SMALL)
    ready.host.exec("touch /tmp/small")
    ran = ready.rollback().end()
    ready.host.exec("rm /tmp/small")
    described(ran, "swapped back")
    assert "too little memory" in ran.err
    ready.note("out of memory in the alembic container", "during downgrade", ran, "yes", rows)
    ready.must(ready.resume())
    ready.rolled_back()


def test_a_disk_that_is_full_during_the_build_changes_nothing(ready):
    rows, known, before = ready.content(), ready.last_run(), ready.operator.world()
    ready.hold("build")
    running = ready.rollback("--rebuild")
    ready.wait_for("build", known=known)
    ready.host.exec(FULL, user="root", timeout=120)
    ready.go()
    ran = running.end()
    ready.host.exec("rm -f /var/lib/docker/full", user="root")
    assert ran.code == 2, ran.text
    assert "no space left on device" in ran.err, ran.text
    assert "not touched" in ran.err
    assert ready.operator.world() == before
    assert not ready.locked()
    ready.note("disk full", "during the build", ran, "not needed", rows)
