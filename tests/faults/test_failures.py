"""What breaks in the middle: exit code 1, the state described, nothing lost; mended, `fab resume` ends verified."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.faults import commits
from tests.faults.stage import Stage

pytestmark = [pytest.mark.sandbox, pytest.mark.fault]

NO_ENGINE = "pkill -x dockerd; while pgrep -x dockerd; do sleep 0.1; done"
# What is free changes while a server writes, and `fallocate` takes all that it was told, or nothing.
FULL = """
until fallocate -l $(($(df --output=avail -B1 /var/lib/docker | tail -1) - 4194304)) /var/lib/docker/full; do :; done
"""  # what is left is enough for the server to say so
KILL_STEP = "kill -KILL $(grep -ls FAB_ROLLBACK_STEP= /proc/[0-9]*/environ | cut -d/ -f3)"


def on_host(command: str) -> Callable[[Stage], object]:
    return lambda stage: stage.host.exec(command, user="root", timeout=120)


def sql(statement: str) -> Callable[[Stage], object]:
    return lambda stage: stage.operator.sql(statement)


@dataclass(frozen=True)
class Break:
    """What happens while `step` is held; `says` is in the first line printed.

    After a break that `amends` the run has put everything back by itself, and its containers run again.
    """

    name: str
    step: str
    broken: Callable[[Stage], object]
    mended: Callable[[Stage], object]
    says: str = ""
    amends: bool = False


BREAKS = [
    Break("step killed by the kernel", "stop", on_host(KILL_STEP), on_host("true"), "was cut off"),
    Break("step killed by the kernel", "snapshot", on_host(KILL_STEP), on_host("true"), "was cut off"),
    Break("step killed by the kernel", "downgrade", on_host(KILL_STEP), on_host("true"), "was cut off"),
    Break("step killed by the kernel", "start", on_host(KILL_STEP), on_host("true"), "was cut off"),
    Break("disk full", "snapshot", on_host(FULL), on_host("rm -f /var/lib/docker/full"), "not enough disk"),
    Break("engine stopped", "start", on_host(NO_ENGINE), on_host("start-engine")),
    Break("database stopped", "downgrade", on_host("docker stop -t 1 jctc_db"), on_host("docker start jctc_db")),
    Break(
        "downgrade raises",
        "downgrade",
        sql("ALTER TABLE cases RENAME priority TO urgency"),
        sql("ALTER TABLE cases RENAME urgency TO priority"),
        "swapped back",
        amends=True,
    ),
    Break(
        "revision changed by somebody else",
        "downgrade",
        sql("UPDATE alembic_version SET version_num = 'deadbeef0000'"),
        sql("UPDATE alembic_version SET version_num = 'c5b90f37a4de'"),
        amends=True,
    ),
    Break(
        "checkout locked by another git",
        "checkout",
        on_host("touch /home/ubuntu/jctc-app/.git/index.lock"),
        on_host("rm -f /home/ubuntu/jctc-app/.git/index.lock"),
        "nother git process",
    ),
    Break(
        "port taken by another program",
        "start",
        on_host("setsid python3 -m http.server 8000 >/dev/null 2>&1 & sleep 1"),
        on_host("pkill -f 'http.server 8000'"),
        "already in use",
    ),
]
CHEAP = {("step killed by the kernel", "downgrade")}
CASES = [
    pytest.param(b, id=f"{b.name} in {b.step}", marks=() if (b.name, b.step) in CHEAP else pytest.mark.long)
    for b in BREAKS
]


@pytest.mark.parametrize("fault", CASES)
def test_a_run_that_breaks_says_where_the_host_stands_and_goes_on_when_it_is_mended(ready, fault):
    rows, ids = ready.content(), ready.operator.containers()
    ran = broken(ready, fault, ready.rollback)
    if fault.amends:
        assert ready.operator.containers() == ids
    else:
        other = ready.operator.fab("containers.start", "--yes")
        assert other.code == 3, other.text
    ready.note(fault.name, f"during {fault.step}", ran, "yes", rows)
    ready.must(ready.resume())
    ready.rolled_back()
    assert ready.content() == rows


def broken(stage: Stage, fault: Break, begin):
    """Let a run break in the middle, and mend what broke it; return how the run ended."""
    known = stage.last_run()
    stage.hold(fault.step)
    running = begin()
    stage.wait_for(fault.step, known=known)
    fault.broken(stage)
    stage.go()
    ran = running.end()
    described(ran, fault.says)
    fault.mended(stage)
    stage.settled()
    return ran


def described(ran, says: str) -> None:
    """Assert that a failure is one: exit code, cause, state, snapshot or steps, and the next command."""
    assert ran.code == 1, ran.text
    assert says in ran.err.splitlines()[0], ran.err
    assert "  done: " in ran.err
    assert "the host now: " in ran.err
    assert "fab resume" in ran.err
    assert "done and verified" not in ran.text


def test_a_locked_table_ends_the_downgrade_and_the_snapshot_takes_the_place(ready):
    rows = ready.content()
    with ready.table_locked():
        ran = ready.rollback().end()
    described(ran, "swapped back")
    ready.note("table locked by another session", "during downgrade", ran, "yes", rows)
    ready.must(ready.resume())
    ready.rolled_back()


SHORT_LIVED = """#!/bin/sh
python -m app.server &
until python -c 'import urllib.request; urllib.request.urlopen("http://127.0.0.1:8000/health")' 2>/dev/null
do sleep 0.1; done
sleep 1; exit 9
"""
APPS = {
    "target's app exits at once": {"start.sh": "#!/bin/sh\nexit 7\n"},
    "target's app never answers": {"start.sh": "#!/bin/sh\nexec sleep 9999\n"},
    "target's app is healthy, then dead": {"start.sh": SHORT_LIVED},
    "target's frontend exits": {"frontend/Dockerfile": "FROM jctc/python-base:3.11\nCMD exit 4\n"},
}


@pytest.mark.long
@pytest.mark.parametrize("name", APPS)
def test_a_target_that_is_not_well_is_never_called_a_success_and_the_way_back_works(ready, name):
    rows = ready.content()
    commit = commits.make(ready.host, ready.operator.good, name, APPS[name])
    ran = ready.operator.fab("full-rollback", "--commit", commit, "--no-rehearse", "--yes", timeout=300)
    assert ran.code == 1, ran.text
    assert "not proven" in ran.err
    assert "fab undo" in ran.err
    assert "done and verified" not in ran.text
    ready.note(name, "after the start", ran, "undone", rows)
    ready.must(ready.operator.fab("undo", "--yes", timeout=240))
    assert ready.as_deployed()
    assert ready.content() == rows


@pytest.mark.long
def test_the_snapshot_can_be_put_back_and_what_that_costs_is_said(ready):
    rows = ready.content()
    ready.must(ready.rollback().end())
    ready.operator.sql("INSERT INTO cases (reference, title, opened_on) VALUES ('NEW-1', 'new', now())")
    ran = ready.must(ready.operator.fab("undo", "--restore-snapshot", "--yes", timeout=240))
    assert "1 rows of public.cases were added since the snapshot" in ran.out
    assert ready.as_deployed()
    ready.note("rows written after the rollback", "undo --restore-snapshot", ran, "not needed", rows)
