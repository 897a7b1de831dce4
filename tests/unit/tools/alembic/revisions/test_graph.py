"""The graph of migrations."""

from __future__ import annotations

import pytest

from tasks.tools.alembic.revisions import Graph, Revision, UnknownRevisionError
from tasks.tools.alembic.revisions.answers import UndecidedError
from tests.unit.support.sources import FORK, line


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("a1b2c4", "no revision 'a1b2c4' among 3 migrations, did you mean 'a1b2c3'?"),
        ("zzzz", "no revision 'zzzz' among 3 migrations"),
        ("a1", "no revision 'a1' among 3 migrations"),
        ("dddd", "'dddd' may be dddd01 (Title of dddd01), dddd02 (Title of dddd02)"),
        ("", "no revision '' among 3 migrations"),
    ],
)
def test_an_unknown_revision_is_answered_with_what_comes_near(name, message):
    with pytest.raises(UnknownRevisionError) as caught:
        line("a1b2c3", "dddd01", "dddd02").resolve(name)
    assert str(caught.value).startswith(message)


def test_head_is_a_name_where_there_is_one_head():
    assert line("a1", "b2").resolve("head") == "b2"
    with pytest.raises(UnknownRevisionError, match="may be left1"):
        FORK.resolve("head")


@pytest.mark.parametrize(
    ("revisions", "reason"),
    [
        ([Revision("a", path="1.py"), Revision("a", path="2.py")], "2.py: revision a is also in 1.py"),
        ([Revision("b", ("a",), path="2.py")], "2.py: b follows a, which no file has"),
        ([Revision("b", (), ("a",), path="2.py")], "2.py: b follows a, which no file has"),
        ([Revision("a", ("a",))], "revisions form a circle: a"),
        ([Revision("x"), Revision("a", ("b",)), Revision("b", ("x", "a"))], "circle: a, b"),
        ([Revision("a", (), ("b",)), Revision("b", ("a",))], "circle: a, b"),
    ],
)
def test_revisions_that_form_no_graph_are_undecided(revisions, reason):
    with pytest.raises(UndecidedError) as caught:
        Graph.of(revisions)
    assert reason in str(caught.value.answer)


def test_a_migration_may_depend_on_the_one_that_it_follows():
    graph = Graph.of([Revision("a1"), Revision("b1", ("a1",), ("a1",))])
    assert graph.order == ("a1", "b1")
