"""Which run is meant by resume and undo, with and without its name."""

from __future__ import annotations

import pytest
from msgspec import structs

from tasks.console.commands import fab, render
from tasks.console.errors import Refused
from tasks.engine import selection
from tasks.engine.before import AnyBefore, CheckoutBefore, ReleaseBefore
from tasks.engine.lock import LockInfo
from tasks.engine.record import RunRecord, StepStatus
from tests.unit.support.deployment import environment
from tests.unit.support.playing import PREPARE, STOP, Member, fleet, plan

PROVEN = [{"event": "proven", "half": False}]


def record(run: str, *, changed: bool = True, journal=PROVEN, before: AnyBefore | None = None, **values) -> RunRecord:
    """A run that changed something, or made preparations only."""
    step = STOP if changed else PREPARE
    status = StepStatus(name=step.name, title="", commands=(), state="done", tries=1)
    made = plan(step, run=run, task=f"task-of-{run}", before=before or ReleaseBefore(), **values)
    return RunRecord(run=run, owner={}, plan=made, steps=[status], journal=list(journal))


@pytest.fixture
def known(mocker):
    """What the host knows: `known(runs, the oldest first, holder=RUN)`; the runs that were read are returned."""

    def know(*records: RunRecord, holder: str = "") -> list[str | None]:
        by_name, read = {one.run: one for one in records}, []

        def look(host, run=None):
            read.append(run)
            return by_name[run] if run else records[-1]

        mocker.patch.object(selection.record, "read", look)
        mocker.patch.object(selection.record, "probe", lambda environment, name: f"record {name}")
        held = LockInfo("DEAD", {"run": holder}) if holder else None
        answers = {"lock": held, "every": {name: [] for name in by_name}}
        answers.update({f"record {name}": one for name, one in by_name.items()})
        mocker.patch.object(selection.lock, "show", lambda environment: "lock")
        mocker.patch.object(selection.journal, "every", lambda environment, count: "every")
        mocker.patch.object(Member, "ask", lambda self, probe: answers[probe])
        return read

    return know


def refused(choose, run=None) -> str:
    with pytest.raises(Refused) as error:
        choose(Member(), run)
    return render(error.value.message)


def test_the_run_that_holds_the_lock_is_continued_and_else_the_last(known):
    one, two = record("r1", journal=[]), record("r2", journal=[])
    known(one, two, holder="r1")
    assert selection.to_continue(Member(), None) is one
    known(one, two)
    assert selection.to_continue(Member(), None) is two
    assert selection.to_continue(Member(), "r1") is one


def test_a_run_that_is_over_is_not_continued(known):
    known(record("r1"))
    assert "Run r1 (task-of-r1) is over: done and verified. There is nothing to continue." in refused(
        selection.to_continue
    )


def test_undo_passes_over_runs_that_changed_nothing(known):
    one, two, three = record("r1"), record("r2"), record("r3", changed=False)
    read = known(one, two, three)
    assert selection.to_undo(Member(), None) is two
    assert read == [None]


def test_undo_of_a_run_that_is_named_is_of_that_one_only(known):
    known(record("r1"), record("r2", changed=False))
    assert "Run r2 (task-of-r2) changed nothing" in refused(selection.to_undo, "r2")


def test_a_run_that_changed_nothing_and_holds_the_lock_is_gone_on_with(known):
    known(record("r1"), structs.replace(record("r2", changed=False, journal=[]), holder="r2"), holder="r2")
    assert refused(selection.to_undo).endswith("It holds the lock, and is not over. Next: fab resume")


def test_a_run_that_came_to_another_host_first_is_taken_back_though_the_first_one_was_not_touched(known, mocker):
    known(record("r1"), record("r2", changed=False))
    elsewhere, first_asked = record("r2"), Member.ask
    mocker.patch.object(Member, "ask", lambda self, probe: elsewhere if self.host == "b" else first_asked(self, probe))
    for named in (None, "r2"):
        found = selection.to_undo(fleet("a", "b")[0], named)
        assert found.run == "r2" and found.changed


@pytest.mark.parametrize("choose", [selection.to_undo, selection.to_continue])
def test_a_first_host_that_was_left_out_does_not_say_which_run_was_the_last(known, mocker, choose):
    known(record("r1"))
    first, second = fleet("a", "b")
    first.environment = environment(database=None)
    mocker.patch.object(Member, "ask", lambda self, probe: ["u@a:22"])
    with pytest.raises(Refused, match="u@a:22: out of step") as refused:
        choose(first, None)
    assert "fab converge" in render(refused.value.message)


def test_where_no_run_changed_anything_the_last_one_says_so(known):
    known(record("r1", changed=False), record("r2", changed=False))
    assert "Run r2 (task-of-r2) changed nothing" in refused(selection.to_undo)


def test_what_was_taken_back_is_not_taken_back_again(known):
    known(record("r1", journal=[{"event": "undone"}]))
    assert "was taken back already" in refused(selection.to_undo)


def test_of_what_was_taken_back_the_data_can_still_be_had_by_its_name(known):
    upgraded = record("r1", journal=[{"event": "undone"}], before=ReleaseBefore(snapshot="d__snap_r1"))
    known(upgraded)
    assert refused(selection.to_undo, "r1").endswith("The data of before it: fab undo --run r1 --restore-snapshot")
    assert selection.to_undo(Member(), "r1", data=True) is upgraded
    with pytest.raises(Refused, match="taken back already"):
        selection.to_undo(Member(), None, data=True)


def test_a_release_that_was_kept_is_gone_back_to_by_name_only(known):
    kept = record("r1", only_by_name=True, back=fab("undo --run r1 --restore-snapshot"))
    known(kept)
    assert "The way back to that: fab undo --run r1 --restore-snapshot" in refused(selection.to_undo)
    assert selection.to_undo(Member(), "r1") is kept


def test_a_run_that_undo_does_not_take_back_names_its_own_way_back(known):
    known(record("r1", before=CheckoutBefore(), back=fab("git.checkout --commit abc")))
    said = refused(selection.to_undo)
    assert "Its way back: fab git.checkout --commit abc." in said
    assert "fab undo --run ID; fab runs.list shows them." in said


def test_a_run_that_failed_and_was_made_good_is_passed_over(known):
    good, failed = record("r1"), {"event": "failed", "half": False, "amended": "Start it again"}
    known(good, record("r2", journal=[failed]))
    assert selection.to_undo(Member(), None) is good
    again = record("r2", journal=[failed, {"event": "resumed"}, *PROVEN])
    known(good, again)
    assert selection.to_undo(Member(), None) is again
