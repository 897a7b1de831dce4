"""What is said when a run does not end well."""

from __future__ import annotations

import pytest

from tasks.console.commands import render
from tasks.console.errors import Failed
from tasks.engine import failure
from tasks.engine.failure import Progress
from tasks.engine.job import End
from tasks.engine.plan import UNDO, Plan, Step
from tests.unit.support.playing import fleet
from tests.unit.support.scripted import Scripted

STEP = Step(name="start", title="Start", script="true", timeout=60)
TAKEN = "ERROR: for app Cannot start service app: 0.0.0.0:8000: bind: address already in use"
UNDEFINED = 'sqlalchemy.exc.ProgrammingError: (psycopg2.errors.UndefinedColumn) column "priority" does not exist'
UNKNOWN = "FAILED: Can't locate revision identified by 'c5b90f37a4de'"
LOCKED = "fatal: Unable to create '/srv/app/.git/index.lock': File exists."


@pytest.mark.parametrize(
    ("code", "said", "why"),
    [
        (1, ["Creating app ...", TAKEN, "Encountered errors while bringing up the project."], TAKEN),
        (1, ["COPY failed: no .git", "Service 'app' failed to build : Build failed", ""], "COPY failed: no .git"),
        (128, [LOCKED, "", "Another git process runs.", "remove the file manually to continue."], LOCKED),
        (1, ["Encountered errors while bringing up the project."], "Encountered errors while bringing up the project."),
        (1, ["ERROR: one of many", "the migration failed; the snapshot was swapped back"],
         "the migration failed; the snapshot was swapped back"),
        (1, [UNDEFINED, "", "[SQL: ALTER TABLE cases DROP COLUMN priority]", "(Background on this error at: https://x/e)"],
         UNDEFINED),
        (255, [UNKNOWN], UNKNOWN),
        (124, ["half a line"], "took longer than 60 s and was stopped"),
        (143, ["half a line"], "was ended by SIGTERM"),
        (137, [], "was ended by SIGKILL (by somebody, or by a host that ran out of memory)"),
        (161, [], "was ended by signal 33"),
        (1, ["No space left on device", "Service 'app' failed to build"],
         "Service 'app' failed to build (no space left on device)"),
        (1, [], "failed and printed nothing"),
    ],
)  # fmt: skip
def test_the_line_that_says_why(code, said, why):
    assert failure.cause(STEP, End("ended", code), said) == why


class World:
    """A deployment that says what it was told to; what is an error is raised."""

    def __init__(self, standing=("the host now: up",), can_undo=True, remedies=()) -> None:
        self._standing, self._can_undo, self._remedies = standing, can_undo, remedies

    def standing(self, host, plan):
        if isinstance(self._standing, Exception):
            raise self._standing
        return list(self._standing)

    def can_undo(self, host, plan, done):
        if isinstance(self._can_undo, Exception):
            raise self._can_undo
        return self._can_undo

    def way_back(self, host, plan):
        return plan.way_back

    def remedies(self, host, plan, why):
        return list(self._remedies)


def progress(world: World | None = None, *, partially: bool = True, back: str = UNDO) -> Progress:
    plan = Plan(task="full-rollback", purpose="", steps=[STEP], back=back, run="r1")
    done = [{"step": "stop", "seconds": 1.0}]
    return Progress(world or World(), Scripted(), plan, done=done, partially_applied=partially)


def described(run: Progress, why: str = "why", said: list[str] | None = None) -> str:
    return render(failure.described(run, run.host, STEP, why, said or []))


def test_a_failure_says_what_where_how_far_and_what_to_type():
    assert described(progress(), said=["one", "why"]).splitlines() == [
        "u@h:22: Start: why",
        "  | one",
        "  done: stop",
        "  the host now: up",
        "  next: mend the cause, then fab resume; or take it back: fab undo",
        "  its log: fab runs.show --run r1",
    ]


def test_a_run_that_is_not_partially_applied_is_not_to_be_resumed():
    lines = described(progress(partially=False)).splitlines()
    assert lines[-3:] == [
        "  next: fab status",
        "  the way back: fab undo --run r1",
        "  its log: fab runs.show --run r1",
    ]


@pytest.mark.parametrize("answer", [False, Failed("no answer"), ZeroDivisionError()])
def test_undo_is_offered_only_where_it_would_take_the_run_back(answer):
    run = progress(World(can_undo=answer))
    for said in (described(run), render(failure.interrupted(run, STEP, goes_on=False))):
        assert "fab resume" in said
        assert "fab undo" not in said


def test_a_host_that_cannot_be_read_does_not_hide_the_failure():
    assert "  the host now: it cannot be read" in described(progress(World(standing=OSError()))).splitlines()


@pytest.mark.parametrize(
    ("goes_on", "words"), [(True, "the step goes on on the host"), (False, "no step of it runs on the")]
)
def test_an_interruption_says_whether_something_goes_on(goes_on, words):
    said = render(failure.interrupted(progress(), STEP, goes_on))
    assert words in said
    assert ("fab undo" in said) is not goes_on


def test_a_preparation_that_failed_says_what_can_be_done_instead():
    said = failure.refused(progress(World(remedies=["Do this.", "Or that."])), Scripted(), STEP, "it is full.")
    assert said == "u@h:22: Start: it is full. The application was not touched. Do this. Or that."


def test_a_connection_that_is_gone_says_that_nothing_is_run_twice():
    said = render(failure.lost(Scripted(), STEP, Failed("no\nroute")))
    assert said.splitlines()[0] == "u@h:22: the connection is gone (no route)"
    assert "fab resume" in said


def test_a_host_that_is_gone_can_be_left_out_unless_the_database_steps_run_there():
    first, second = fleet("a", "b")  # with a database
    lost = [render(failure.lost(member, STEP, Failed("no route"))) for member in (first, second)]
    assert ["--skip-host" in said for said in lost] == [False, True]
