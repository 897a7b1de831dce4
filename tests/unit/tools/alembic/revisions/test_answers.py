"""What is said of a commit without a graph."""

from __future__ import annotations

from tasks.tools.alembic.revisions.answers import Undecidable, UndecidedError


def test_the_file_stands_before_the_reason():
    assert str(Undecidable("is computed", "a.py")) == "a.py: is computed"
    assert str(Undecidable("no such commit")) == "no such commit"


def test_what_was_found_becomes_the_answer():
    assert UndecidedError("is computed", "a.py").answer == Undecidable("is computed", "a.py")
