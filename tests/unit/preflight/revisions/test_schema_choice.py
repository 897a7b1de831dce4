"""Which way down is meant, and which commit needs what it leads to."""

from __future__ import annotations

import pytest

from tasks.console.errors import Refused
from tasks.preflight.revisions import schema, schema_choice
from tasks.preflight.revisions.schema_choice import DowngradeOptions
from tasks.tools.alembic.revisions import Undecidable
from tests.unit.support.deployment import environment, graph, state
from tests.unit.support.reports import COMMIT

LINE = graph("one", "two", "three")


def own(sql: str) -> DowngradeOptions:
    return DowngradeOptions(revision="one", downgrade_sql=sql)


@pytest.fixture
def host(mocker):
    """Return a host whose HEAD, and COMMIT, have these graphs."""

    def having(head=LINE, target=LINE, alembic=True):
        mocker.patch.object(schema, "graphs", return_value={"HEAD": head})
        database = {"name": "d", "user": "u", **({"alembic": {"service": "api"}} if alembic else {})}
        c = mocker.Mock(environment=environment(database=database), address="u@h:22")
        c.ask.return_value = {"HEAD": head, COMMIT.sha: target}
        return c

    return having


def test_without_a_revision_one_migration_is_taken_back(host):
    change = schema_choice.way_down(host(), state(revision=["three"]))
    assert (change.from_heads, change.to_heads, change.moves) == (["three"], ["two"], ["two"])


def test_a_revision_names_how_far(host):
    change = schema_choice.way_down(host(), state(revision=["three"]), DowngradeOptions(revision="base"))
    assert (change.goal, change.moves, [r.id for r in change.downgrades]) == ("base", ["base"], ["three", "two", "one"])


def test_the_operators_sql_is_read_from_a_file_of_this_machine(host, tmp_path):
    (tmp_path / "own.sql").write_text("SELECT 1")
    change = schema_choice.way_down(host(), state(revision=["three"]), own(f"two={tmp_path}/own.sql"))
    assert change.override and (change.override.revision, change.override.text) == ("two", "SELECT 1")
    with pytest.raises(Refused, match="cannot be read"):
        schema_choice.way_down(
            host(),
            state(revision=["three"]),
            own(f"two={tmp_path}/other.sql"),
        )


def test_what_a_commit_needs_is_read_from_its_own_graph(host):
    change = schema_choice.needed(host(target=graph("one", "two")), state(revision=["three"]), COMMIT)
    assert change and change.to_heads == ["two"]


def test_where_no_alembic_is_configured_nothing_is_needed(host):
    assert schema_choice.needed(host(alembic=False), state(), COMMIT) is None
    with pytest.raises(Refused, match=r"has no database\.alembic"):
        schema_choice.way_down(host(alembic=False), state())


def test_the_newest_commit_that_needs_exactly_these_heads_fits(mocker):
    c = mocker.Mock(environment=environment())
    commits = [mocker.Mock(sha=name) for name in ("newest", "fits", "older", "unread")]
    c.ask.return_value = commits
    found = {"newest": LINE, "fits": graph("one", "two"), "older": graph("one", "two"), "unread": Undecidable("no")}
    mocker.patch.object(schema, "graphs", return_value=found)
    assert schema_choice.fitting(c, ["two"]) is commits[1]
    assert schema_choice.fitting(c, ["four"]) is None
    c.ask.return_value = []
    assert schema_choice.fitting(c, ["two"]) is None


def test_a_revision_is_current_applied_or_neither():
    seen = state(revision=["two"])
    standing = [schema_choice.standing(name, seen, {"one", "two"}) for name in ("one", "two", "three")]
    assert standing == ["", "current", "not applied"]
