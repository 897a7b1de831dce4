"""Comparisons and downgrades, with Alembic's own revision map and version table as the judge."""

import contextlib
import os
import warnings
from collections.abc import Iterable
from types import SimpleNamespace

import pytest
from alembic.runtime.migration import HeadMaintainer, MigrationStep
from alembic.script.base import Script
from alembic.script.revision import RevisionMap
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from tasks.tools.alembic.revisions import (
    Graph,
    Revision,
    compare,
    compare_revision,
    downgrade_arguments,
)
from tests.unit.support.sources import FORK, line

# The machine may be busy, so no example has a deadline; more examples by the environment.
thoroughly = settings(
    deadline=None,
    max_examples=int(os.environ.get("EXAMPLES", "25")),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


def some(names: Iterable[str]) -> st.SearchStrategy[list[str]]:
    """Up to three of the names."""
    found = sorted(names)
    return st.lists(st.sampled_from(found), unique=True, max_size=3) if found else st.just([])


@st.composite
def graphs(draw, largest=12):
    """Random histories: lines, branches, merges, several bases, dependencies across branches."""
    revisions = []
    for number in range(draw(st.integers(1, largest))):
        earlier = [revision.id for revision in revisions]
        recent = earlier[-4:] if draw(st.booleans()) else earlier
        down = draw(some(recent)) if draw(st.integers(0, 9)) else []
        depends = draw(some(recent)) if draw(st.integers(0, 3)) == 0 else []
        depends = [name for name in depends if name not in down]
        revisions.append(Revision(f"r{number:02}", tuple(down), tuple(depends)))
    return Graph.of(draw(st.permutations(revisions)))


def alembics(graph: Graph) -> RevisionMap:
    return RevisionMap(lambda: [_script(revision) for revision in graph.revisions.values()])


def _script(revision: Revision) -> Script:
    names = {"down_revision": revision.down_revisions, "depends_on": revision.depends_on or None}
    functions = {"upgrade": None, "downgrade": None}
    return Script(SimpleNamespace(**names, **functions), revision.id, f"{revision.id}.py")


class _Table:
    """Stands for a migration context; the version table itself is the maintainer's `heads`."""

    as_sql, version_table = True, "alembic_version"
    dialect = impl = _version = property(lambda self: _Anything())


class _Anything:
    def __getattr__(self, name):
        return self

    def __call__(self, *arguments, **more):
        return self

    def __eq__(self, other):
        return self

    __hash__ = None


def run_steps(maintainer, steps) -> set[str]:
    for step in steps:
        maintainer.update_to_step(step)
    return set(maintainer.heads)


def upgraded(map_: RevisionMap, targets: Iterable[str]) -> set[str]:
    """The rows after upgrades; histories that break Alembic's own upgrade are left out."""
    try:
        return _upgraded(map_, targets)
    except (KeyError, AssertionError):
        reject()


def _upgraded(map_: RevisionMap, targets: Iterable[str]) -> set[str]:
    rows: set[str] = set()
    for target in targets:
        found = list(map_.iterate_revisions(target, tuple(rows), implicit_base=True))
        steps = [MigrationStep.upgrade_from_script(map_, script) for script in reversed(found)]
        rows = run_steps(HeadMaintainer(_Table(), rows), steps)
    return rows


def downgraded(map_: RevisionMap, rows: set[str], argument: str) -> tuple[set[str], list[str]]:
    found = list(map_.iterate_revisions(tuple(rows), argument, select_for_downgrade=True))
    steps = [MigrationStep.downgrade_from_script(map_, script) for script in found]
    return run_steps(HeadMaintainer(_Table(), rows), steps), [script.revision for script in found]


def reached(comparison, rows: Iterable[str]) -> bool:
    return comparison.present.ancestors(rows) == comparison.wanted


def closed(map_: RevisionMap, rows: Iterable[str]) -> set[str]:
    return {r.revision for r in map_._get_ancestor_nodes(map_.get_revisions(tuple(rows)))}


@thoroughly
@given(graphs())
def test_heads_and_closures_are_alembics(graph):
    map_ = alembics(graph)
    assert sorted(graph.heads()) == sorted(map_.heads)
    assert graph.heads_of(graph.revisions) == sorted(map_._real_heads)
    for name in graph.revisions:
        assert graph.ancestors([name]) == closed(map_, [name])


@thoroughly
@given(graphs(), st.data())
def test_the_arguments_lead_alembic_exactly_to_the_target(graph, data):
    map_ = alembics(graph)
    rows = upgraded(map_, data.draw(some(graph.revisions)))
    applied = closed(map_, rows)
    rows |= set(data.draw(some(applied)))  # older Alembics leave such rows behind
    comparison = compare(graph, rows, data.draw(some(applied)))
    assert comparison.kind == ("downgrade" if comparison.downgrades else "same")
    taken_back = []
    for argument in downgrade_arguments(comparison):
        rows, gone = downgraded(map_, rows, argument)
        taken_back += gone
    assert reached(comparison, rows)
    assert rows.difference(comparison.implied) == set(comparison.heads_after)
    assert sorted(taken_back) == sorted(r.id for r in comparison.downgrades)


@thoroughly
@given(graphs(), st.data())
def test_a_named_revision_is_a_row_afterwards_and_other_branches_stay(graph, data):
    map_ = alembics(graph)
    rows = upgraded(map_, data.draw(some(graph.revisions)))
    if not rows:
        return
    name = data.draw(st.sampled_from(sorted(closed(map_, rows))))
    comparison = compare_revision(graph, rows, name)
    assert name in comparison.heads_after
    for gone in comparison.downgrades:
        assert name in graph.ancestors([gone.id])
    if graph.dependents[name] == graph.children[name]:
        with contextlib.suppress(KeyError, AssertionError):
            rows, _gone = downgraded(map_, rows, name)
            assert reached(comparison, rows)
            assert rows.difference(comparison.implied) == set(comparison.heads_after)


@thoroughly
@given(graphs())
def test_downgrades_are_listed_newest_first(graph):
    listed = [r.id for r in compare(graph, graph.heads_of(graph.revisions), []).downgrades]
    for place, name in enumerate(listed):
        assert graph.ancestors([name]).isdisjoint(listed[:place])
    assert len(listed) == len(graph.revisions)


def test_the_same_closure_is_nothing_to_do():
    assert compare(line("a1", "b2"), {"b2"}, line("a1", "b2")).kind == "same"
    assert compare(line("a1", "b2"), set(), []).kind == "same"


def test_newer_migrations_are_to_be_taken_back_by_the_full_id_of_the_target():
    comparison = compare(line("a1", "b2", "c3", "d4"), {"d4"}, line("a1", "b2"))
    assert (comparison.kind, comparison.reason) == ("downgrade", "2 migrations to take back")
    assert [r.id for r in comparison.downgrades] == ["d4", "c3"]
    assert downgrade_arguments(comparison) == ["b2"]
    assert comparison.heads_after == ["b2"]


def test_only_what_is_applied_is_taken_back():
    comparison = compare(line("a1", "b2", "c3", "d4"), {"c3"}, line("a1", "b2"))
    assert [r.id for r in comparison.downgrades] == ["c3"]


def test_a_target_before_all_migrations_is_base():
    comparison = compare(line("a1", "b2"), {"b2"}, Graph.of([]))
    assert downgrade_arguments(comparison) == ["base"]
    assert comparison.heads_after == []


def test_a_database_behind_the_target_is_said_so():
    comparison = compare(line("a1", "b2", "c3"), {"a1"}, line("a1", "b2"))
    assert comparison.kind == "behind"
    assert comparison.reason == "the database lacks 1 migration that the target needs (b2)"
    assert downgrade_arguments(comparison) == []


def test_a_target_whose_head_the_present_code_lacks_is_behind_or_diverged():
    assert compare(line("a1"), {"a1"}, line("a1", "b2")).kind == "behind"
    comparison = compare(line("a1", "x2"), {"x2"}, line("a1", "b2", "c3"))
    assert comparison.kind == "diverged"
    assert comparison.reason == (
        "the database lacks 2 migrations of the target (b2, c3) and has 1 migration that the target does not know (x2)"
    )
    many = compare(line("a1"), {"a1"}, line("a1", "b2", "c3", "d4", "e5"))
    assert many.reason.endswith("4 migrations that the target needs (b2, c3, d4, …)")


def test_a_squashed_history_below_the_head_of_the_target_is_no_reason_to_go_further_back():
    comparison = compare(line("a1", "b2", "c3"), {"c3"}, line("b2"))
    assert [r.id for r in comparison.downgrades] == ["c3"]


def test_a_row_that_the_present_code_does_not_have_is_unknown():
    comparison = compare(line("a1"), {"zz"}, line("a1"))
    assert comparison.kind == "unknown"
    assert comparison.reason == "the database is at zz, which the present code does not have"
    assert compare_revision(line("a1"), {"zz"}, "a1").kind == "unknown"


@pytest.mark.parametrize(
    ("heads", "arguments"),
    [
        (["left1", "other1"], ["right1@base1"]),
        (["left1", "right2"], ["other1@base"]),
        (["left1", "right1", "other1"], ["right1"]),
        (["base1", "other1"], ["base1"]),
        (["base1"], ["other1@base", "base1"]),
        ([], ["base"]),
    ],
)
def test_branches_that_stay_are_left_alone(heads, arguments):
    comparison = compare(FORK, {"left1", "right2", "other1"}, heads)
    assert sorted(downgrade_arguments(comparison)) == sorted(arguments)


def test_a_branch_that_is_not_applied_does_not_complicate_the_argument():
    assert downgrade_arguments(compare(FORK, {"left1"}, ["base1"])) == ["base1"]


def test_a_merge_is_taken_back_to_its_parents():
    revisions = [*FORK.revisions.values(), Revision("merge1", ("left1", "right2"))]
    comparison = compare(Graph.of(revisions), {"merge1"}, ["left1", "right2"])
    assert downgrade_arguments(comparison) == ["left1"]
    assert comparison.heads_after == ["left1", "right2"]


def test_a_merge_of_a_migration_with_its_own_child_takes_neither_along():
    graph = Graph.of([Revision("p1"), Revision("q1", ("p1",)), Revision("r1", ("p1", "q1"))])
    assert downgrade_arguments(compare(graph, {"r1"}, ["q1"])) == ["q1"]


def test_a_named_revision_leaves_other_branches_where_they_are():
    comparison = compare_revision(FORK, {"left1", "right2", "other1"}, "right1")
    assert [r.id for r in comparison.downgrades] == ["right2"]
    assert comparison.heads_after == ["left1", "other1", "right1"]


def test_a_named_revision_may_be_given_by_its_first_letters():
    comparison = compare_revision(line("a1b2c3", "d4e5f6"), {"d4e5f6"}, "a1b2")
    assert downgrade_arguments(comparison) == ["a1b2c3"]


def test_base_takes_everything_back():
    comparison = compare_revision(FORK, {"left1", "other1"}, "base")
    assert [r.id for r in comparison.downgrades] == ["left1", "other1", "base1"]
    assert downgrade_arguments(comparison) == ["base"]


def test_what_depends_on_a_migration_goes_with_it_in_one_step():
    graph = Graph.of([Revision("a1"), Revision("d1"), Revision("r1", ("a1",), ("d1",))])
    assert downgrade_arguments(compare(graph, {"r1"}, ["a1"])) == ["d1@base"]


def test_a_named_revision_that_is_not_applied_is_behind():
    assert compare_revision(line("a1", "b2", "c3"), {"a1"}, "c3").kind == "behind"


def test_a_history_of_thousands_needs_no_recursion():
    graph = line(*(f"r{number}" for number in range(20_000)))
    comparison = compare(graph, {"r19999"}, ["r0"])
    assert len(comparison.downgrades) == 19_999
    assert downgrade_arguments(comparison) == ["r0"]


@pytest.fixture(autouse=True)
def _quiet():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
