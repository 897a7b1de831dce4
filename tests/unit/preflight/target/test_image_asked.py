"""Where the text of a commit does not decide its migrations, Alembic is asked in an image of it: HEAD as well."""

from __future__ import annotations

import pytest

from tasks.console.errors import Refused
from tasks.preflight.checks import examine
from tasks.preflight.revisions import schema, schema_choice
from tasks.tools.alembic.revisions import Undecidable
from tests.unit.support.deployment import environment, examined, graph, state
from tests.unit.support.reports import COMMIT

UNREAD = Undecidable("recursive_version_locations is not understood", "alembic.ini")
LINE = graph("one", "two", "three")
TEXT = {"HEAD": UNREAD, "refs/heads/main": UNREAD, COMMIT.sha: UNREAD}


@pytest.fixture
def host(mocker):
    """Return a host whose commits no text decides, and what its images tell."""

    def having(**told):
        c = mocker.Mock(environment=environment(), address="u@h:22")
        images = {COMMIT.sha if name == "target" else name: found for name, found in told.items()}
        c.ask.side_effect = lambda probe, **_: images if "read-images" in str(probe.commands) else TEXT
        return c

    return having


def test_the_way_down_begins_with_what_the_image_of_head_has(host):
    change = schema_choice.way_down(host(HEAD=LINE), state(revision=["three"]))
    assert [revision.id for revision in change.downgrades] == ["three"]


def test_the_commit_needs_what_its_image_has(host):
    change = schema.needed_by(host(HEAD=LINE, target=graph("one")), state(revision=["three"]), COMMIT)
    assert change.to_heads == ["one"]


def test_where_no_image_tells_the_way_out_is_named(host):
    for images in ({}, {"HEAD": LINE}):
        with pytest.raises(Refused, match="recursive_version_locations") as refused:
            schema.needed_by(host(**images), state(revision=["three"]), COMMIT)
        assert "--revision REV" in str(refused.value)


def test_what_a_look_could_not_read_is_asked_for(host):
    unread = examined(graph=None, heads_problem=str(UNREAD))
    found = examine.with_graph(host(HEAD=LINE), unread)
    assert (found.heads, found.heads_problem) == (["three"], "")
    assert examine.with_graph(host(), unread) == unread
