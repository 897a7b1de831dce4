"""A plan is its steps in their order, and what the preflight found."""

from __future__ import annotations

from tasks.engine.plan import PreflightReport, Step, chain


def step(name: str) -> Step:
    return Step(name=name, title=name, script=":")


def test_a_chain_leaves_out_what_there_is_nothing_to_do_for():
    made = chain(PreflightReport(), step("one"), None, [None, step("two")], [], task="t", purpose="")
    assert [one.name for one in made.steps] == ["one", "two"]


def test_a_chain_is_the_run_that_its_preflight_was_made_for():
    report = PreflightReport(run="r", activity="a", facts=["f"], warnings=["w"], questions=["q"])
    made = chain(report, task="t", purpose="p", back="b")
    assert (made.run, made.activity, made.facts, made.warnings, made.questions) == ("r", "a", ["f"], ["w"], ["q"])
    assert (made.task, made.purpose, made.back, made.steps) == ("t", "p", "b", [])
