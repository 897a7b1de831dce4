"""Whether the code fits the revision of a backup, and which commit does."""

from __future__ import annotations

import pytest

from tasks.preflight import backup_fit as fit
from tasks.preflight.revisions import schema, start_up
from tasks.ssh.shell import Answer
from tests.unit.support.deployment import GOOD, HEAD, connection, graph, state

GRAPHS = {HEAD: graph("one", "two"), GOOD: graph("one")}


@pytest.fixture
def judge(monkeypatch):
    """Return how revisions of a backup stand to HEAD, which needs `two`; GOOD, the commit before, needs `one`."""
    monkeypatch.setattr(schema, "graphs", lambda c, refs: {ref: GRAPHS[ref] for ref in refs})
    monkeypatch.setattr(start_up, "upgrade", lambda c, sha: "alembic upgrade head")
    lines = "\n".join("\x1f".join((sha, "d", "a", "s")) for sha in (HEAD, GOOD))
    c = connection()
    c.ask = lambda probe: probe.read({"": Answer(lines, "", 0)})
    return lambda *rows: fit.judge(c, state(), rows)


def test_a_backup_of_the_revision_that_the_code_needs_fits(judge):
    assert judge("two").kind == "same"


def test_an_older_one_names_the_upgrade_the_commit_that_fits_and_what_the_start_up_does(judge):
    found = judge("one")
    assert (found.kind, found.upgrade) == ("behind", "alembic upgrade head")
    assert "the backup lacks 1 of its migrations" in found.text
    assert "alembic upgrade head" in found.text
    assert f"code-rollback --commit {GOOD[:12]}" in found.text


def test_one_that_the_code_does_not_know_is_said_to_be_so(judge):
    found = judge("three")
    assert found.kind == "other"
    assert "does not know" in found.text
    assert "upgrade" not in found.text
    assert "none of the last commits" in found.text


def test_without_alembic_nothing_is_claimed(judge):
    c = connection(database={"name": "d", "user": "u"})
    assert fit.judge(c, state(), ()).kind == "untold"
