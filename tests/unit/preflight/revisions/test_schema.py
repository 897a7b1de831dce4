"""Where the database is, and the way up again: judged by what is applied, not by the spelling of the rows."""

from __future__ import annotations

import pytest

from tasks.engine.plan import Expectation
from tasks.preflight.checks import proof
from tasks.preflight.revisions import schema
from tasks.tools.alembic.revisions import Graph, Revision
from tasks.tools.alembic.schema_change import SchemaChange
from tests.unit.support.deployment import HEAD, examined, graph, state

# d1 is on a branch of its own, and b1 depends on it: a row of d1 says nothing that one of b1 does not.
DEPENDING = Graph.of([Revision("a1"), Revision("d1"), Revision("b1", ("a1",), ("d1",))])


def up(monkeypatch, found, rows: list[str], now: list[str]) -> SchemaChange:
    monkeypatch.setattr(schema, "graphs", lambda c, refs: {HEAD: found})
    return schema.way_up(None, HEAD, rows, now)


def test_the_way_up_leads_to_the_rows_that_say_something(monkeypatch):
    wanted = up(monkeypatch, DEPENDING, ["b1", "d1"], ["a1", "d1"])
    assert (wanted.to_heads, wanted.moves, wanted.implied) == (["b1"], ["b1"], ["a1", "d1"])


def test_rows_that_mean_the_same_are_no_way_to_go(monkeypatch):
    assert not up(monkeypatch, DEPENDING, ["b1", "d1"], ["b1"]).changes
    assert not up(monkeypatch, DEPENDING, ["b1"], ["b1", "d1"]).changes


@pytest.mark.parametrize("found", ["cannot be read", graph("a1")])
def test_where_the_code_does_not_know_the_rows_they_are_taken_as_they_are(monkeypatch, found):
    wanted = up(monkeypatch, found, ["b1", "d1"], ["b1"])
    assert (wanted.to_heads, wanted.moves, wanted.implied) == (["b1", "d1"], ["b1", "d1"], [])


@pytest.mark.parametrize("now", [["b1"], ["c1"]])
def test_what_is_newer_or_unknown_to_the_code_is_not_brought_back_by_an_upgrade(monkeypatch, now):
    assert up(monkeypatch, DEPENDING, ["a1"], now) is None


def test_a_row_that_says_nothing_new_is_no_reason_to_call_a_run_unproven():
    expect = Expectation(revision=["b1"], implied=["d1"])
    for rows, good in ((["b1"], True), (["b1", "d1"], True), (["d1"], False), (["b1", "c1"], False), (None, False)):
        (check,) = proof.check(expect, state(revision=rows), {})
        assert check.ok is good, rows


def test_a_database_fits_the_code_whose_head_another_branch_depends_on():
    seen = {"graph": DEPENDING}
    assert examined(state(revision=["b1"]), **seen).fits
    assert examined(state(revision=["b1", "d1"]), **seen).fits
    assert not examined(state(revision=["d1", "a1"]), **seen).fits
    assert not examined(state(revision=None), **seen).fits
