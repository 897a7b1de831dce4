"""An operator who stops a running step: it ends, on the host and in its containers, and the run can be resumed"""

from __future__ import annotations

import re
import signal
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.faults import commits, naps
from tests.faults.naps import PSQL
from tests.faults.stage import Stage
from tests.faults.terminal import Terminal
from tests.faults.test_operators import QUESTION
from tests.operator import PROJECT, Ran

pytestmark = [pytest.mark.sandbox, pytest.mark.fault, pytest.mark.long]

LEFT = "pgrep -f '^(pg_dump|pg_restore|psql -X -q|sleep 60|python.*alembic)' || :"
CHECKPOINTER = "$(pgrep -f '[p]ostgres: checkpointer')"
HOOK = "jctc-app/.git/hooks/post-checkout"


@dataclass(frozen=True)
class Endless:
    """A step that does not end by itself; `runs` succeeds on the host once it is under way."""

    name: str
    step: str
    words: Callable[[Stage], tuple[str, ...]]
    runs: str
    before: str = "true"
    after: str = "true"


def rollback(stage: Stage) -> tuple[str, ...]:
    return "full-rollback", "--commit", stage.operator.good, "--no-rehearse", "--yes"


def build(stage: Stage) -> tuple[str, ...]:
    dockerfile = "FROM jctc/python-base:3.11\nRUN sleep 604\n"
    commit = commits.make(stage.host, stage.operator.good, "endless build", {"Dockerfile": dockerfile})
    return "full-rollback", "--commit", commit, "--no-rehearse", "--yes"


def restore(stage: Stage) -> tuple[str, ...]:
    return "emergency-restore", "--file", "endless", "--yes"


def dump(stage: Stage) -> tuple[str, ...]:
    return "backups.create", "--yes"


ENDLESS = [
    Endless("a build", "build", build, "pgrep -f '^sleep 604'"),
    Endless(
        "a copy of the database",
        "snapshot",
        rollback,
        "pgrep -f '[p]ostgres: jctc_user.* CREATE DATABASE'",
        f"kill -STOP {CHECKPOINTER}",
        f"kill -CONT {CHECKPOINTER}",
    ),
    Endless(
        "a checkout",
        "checkout",
        rollback,
        "pgrep -f '^sleep 607'",
        f"cd /home/ubuntu; printf '#!/bin/sh\\nsleep 607\\n' > {HOOK}; chmod 755 {HOOK}",
        f"rm /home/ubuntu/{HOOK}",
    ),
    Endless(
        "a restore by psql",
        "restore",
        restore,
        naps.SLEEPS,
        naps.endless("-Fp"),
        naps.GONE,
    ),
    Endless(
        "a restore by pg_restore",
        "restore",
        restore,
        naps.SLEEPS,
        naps.endless("-Fc"),
        naps.GONE,
    ),
    Endless(
        "a dump",
        "dump",
        dump,
        naps.WAITS,
        naps.HELD,
        naps.LET_GO,
    ),
]


@pytest.mark.parametrize("endless", [pytest.param(e, id=e.name) for e in ENDLESS])
def test_it_ends_everywhere_and_the_run_can_be_resumed(spoilt, endless):
    rows = spoilt.content()
    spoilt.host.exec(endless.before, user="root")
    left = set(spoilt.host.exec(LEFT).split())
    at = Terminal(spoilt.operator.command(*endless.words(spoilt)), spoilt.operator.environ(), str(PROJECT))
    spoilt.wait_until(f"{endless.runs} >/dev/null")
    at.process.send_signal(signal.SIGINT)
    at.until(QUESTION)
    at.type("s")
    code = at.end()
    assert code in (1, 2), at.screen
    assert "no step of it runs on the host any more" in at.screen
    assert spoilt.idle()
    assert set(spoilt.host.exec(LEFT).split()) <= left, spoilt.host.exec("ps aux")
    spoilt.host.exec(endless.after, user="root")
    spoilt.wait_until(f"echo 'SELECT 1' | {PSQL} >/dev/null 2>&1")
    told = re.search(r"Interrupted.*", at.screen)  # what clears the living line may stand before it
    assert told, at.screen
    resumed = endless.words is rollback
    spoilt.note(
        f"Ctrl-C, then stop, of {endless.name}",
        f"during {endless.step}",
        Ran(code, at.screen, told[0].strip()),
        "yes" if resumed else "not played",
        rows,
    )
    if resumed:
        spoilt.must(spoilt.resume())
        spoilt.rolled_back()
