"""The one line that says why a step did not succeed."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from tasks.console.errors import Failed
from tasks.engine import failure
from tasks.engine.before import AnyBefore, DroppedBefore, SwappedBefore
from tasks.engine.job import ENDED, End
from tasks.engine.plan import Plan, Step
from tasks.preflight.state import State
from tests.unit.support.deployment import environment, state

STEP = Step(name="start", title="Start", script="true", timeout=60)
TAKEN = "ERROR: for app Cannot start service app: 0.0.0.0:8000: bind: address already in use"
UNDEFINED = 'sqlalchemy.exc.ProgrammingError: (psycopg2.errors.UndefinedColumn) column "priority" does not exist'
UNKNOWN = "FAILED: Can't locate revision identified by 'c5b90f37a4de'"
LOCKED = "fatal: Unable to create '/srv/app/.git/index.lock': File exists."


@pytest.mark.parametrize(
    ("code", "said", "why"),
    [
        (1, ["Creating app ...", TAKEN, "Encountered errors while bringing up the project."], TAKEN),
        (128, [LOCKED, "", "Another git process runs.", "remove the file manually to continue."], LOCKED),
        (1, ["Encountered errors while bringing up the project."], "Encountered errors while bringing up the project."),
        (1, ["ERROR: one of many", "the downgrade failed; the snapshot was swapped back"],
         "the downgrade failed; the snapshot was swapped back"),
        (1, [UNDEFINED, "", "[SQL: ALTER TABLE cases DROP COLUMN priority]", "(Background on this error at: https://x/e)"],
         UNDEFINED),
        (255, [UNKNOWN], UNKNOWN),
        (124, ["half a line"], "took longer than 60 s and was stopped"),
        (143, ["half a line"], "was ended by signal 15"),
        (1, ["No space left on device", "Service 'app' failed to build"],
         "Service 'app' failed to build (no space left on device)"),
        (1, [], "failed without a word"),
    ],
)  # fmt: skip
def test_the_line_that_says_why(code, said, why):
    assert failure.cause(STEP, End(ENDED, code), said) == why


def test_a_disk_that_is_full_is_said_with_the_state_of_the_host():
    seen = State(free={"/": 2**30, "/var/lib/docker": 3 * 2**20 + 5})
    assert failure.serves(seen) == "HEAD cannot be read; running: nothing; /var/lib/docker has 3.1 MB free"


def words(before: AnyBefore | None, done: list[str], answer: str) -> tuple[str, str]:
    """Return what a half-done run that failed after DONE tells, and an interrupted one; ANSWER: the server's."""

    def sh(_):
        if answer == "gone":
            raise Failed("no answer")
        return SimpleNamespace(stdout=answer)

    host = SimpleNamespace(environment=environment(), address="u@h:22", ask=lambda _: state(), sh=sh)
    plan = Plan(task="emergency-restore", purpose="", steps=[STEP], before=before)
    run = SimpleNamespace(host=host, plan=plan, half=True, goes_on=False, done=[{"step": step} for step in done])
    return failure.described(run, host, STEP, "why", []), failure.interrupted(run, STEP)


@pytest.mark.parametrize(
    ("before", "done", "answer", "offered"),
    [
        (SwappedBefore(swapped="d__old_1"), ["stop", "restore"], "", True),
        (DroppedBefore(dropped="b.dump"), ["stop"], "yes\n", True),
        (DroppedBefore(dropped="b.dump"), ["stop"], "", False),
        (DroppedBefore(dropped="b.dump"), ["stop"], "gone", False),
        (DroppedBefore(dropped="b.dump"), ["stop", "drop"], "yes\n", False),
        (None, ["stop"], "", False),
    ],
)
def test_undo_is_offered_unless_it_would_refuse_because_the_database_was_dropped(before, done, answer, offered):
    for said in words(before, done, answer):
        assert ("fab undo" in said, "fab resume" in said) == (offered, True)
