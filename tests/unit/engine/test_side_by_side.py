"""One step out of two ends as the one that fails, and a second that needs the first never runs without it."""

from __future__ import annotations

import subprocess

import pytest

from tasks.engine.plan import Step
from tasks.engine.side_by_side import at_once, joined
from tests.unit.support import laid

IN_TURN, TOGETHER = "engine/in-turn.sh", "engine/together.sh"


def _step(name: str, script: str) -> Step:
    return Step(name=name, title=f"Do {name}", script=script, preparation=True)


def _run(step: Step, folder) -> tuple[int, str]:
    return _ran(step, folder)[:2]


def _ran(step: Step, folder) -> tuple[int, str, str]:
    for name, text in step.files.items():
        (folder / name).write_text(text)
    named = "".join(f": '$SCRIPTS/engine/{name}.sh'\n" for name in ("in-turn", "together"))
    script = laid.with_files(named + step.script)
    done = subprocess.run(["sh", "-c", script], cwd=folder, capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout, done.stderr


def test_in_turn_the_second_sees_what_the_first_did(tmp_path):
    step = joined(IN_TURN, _step("first", "echo kept > its"), _step("second", "cat its"))
    assert _run(step, tmp_path) == (0, "kept\n")


def test_in_turn_nothing_follows_a_failure(tmp_path):
    step = joined(IN_TURN, _step("first", "exit 2"), _step("second", "echo too far"))
    assert _run(step, tmp_path) == (2, "")


@pytest.mark.parametrize(("first", "second"), [("exit 2", "exec sleep 60"), ("true", "exit 2")])
def test_together_the_step_ends_as_the_one_that_fails(tmp_path, first, second):
    assert _run(joined(TOGETHER, _step("first", first), _step("second", second)), tmp_path) == (2, "")


def test_together_the_reason_of_the_failure_is_said_last(tmp_path):
    failing, other = _step("first", "sleep 0.1; echo no luck >&2; exit 2"), _step("second", "sleep 60")
    assert _ran(joined(TOGETHER, failing, other), tmp_path) == (2, "", "no luck\n")


def test_together_both_run_at_the_same_time(tmp_path):
    wait = "until [ -e {theirs} ]; do sleep 0.01; done"
    first = f"touch a; {wait.format(theirs='b')}; echo first"
    second = f"touch b; {wait.format(theirs='a')}; echo second"
    assert _run(joined(TOGETHER, _step("first", first), _step("second", second)), tmp_path) == (0, "first\nsecond\n")


def test_together_the_second_is_named_while_it_alone_goes_on(tmp_path):
    step = joined(
        TOGETHER, _step("build", "until [ -e begun ]; do sleep 0.01; done"), _step("rehearse", "touch begun; sleep 1")
    )
    assert _ran(step, tmp_path)[2] == "the rest is done; waiting for: rehearse\n"


def test_parts_are_done_at_once_on_one_host_and_each_in_its_order(tmp_path):
    one, two, three = _step("one", "echo 1 > a"), _step("two", "cat a"), _step("three", "echo 3")
    (step,) = at_once([one, two], three, apart=False)
    assert _run(step, tmp_path) == (0, "1\n3\n")
    assert step.name == "one-and-two-and-three"


def test_on_several_hosts_and_where_one_part_is_empty_nothing_is_joined():
    one, two = _step("one", ""), _step("two", "")
    assert at_once(one, two, apart=True) == [one, two]
    assert at_once([one, two], None, apart=False) == [one, two]
