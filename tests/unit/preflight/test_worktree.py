"""What stands in the way of a checkout."""

from __future__ import annotations

import pytest

from tasks.console.errors import Refused
from tasks.preflight import worktree
from tasks.preflight.state import State


def test_local_changes_are_refused_by_name_with_the_way_to_put_them_aside():
    with pytest.raises(Refused, match="local changes: a.py.*--stash"):
        worktree.refuse_local_changes(State(modified=["a.py"]), stash=False)
    worktree.refuse_local_changes(State(modified=["a.py"]), stash=True)
    worktree.refuse_local_changes(State(untracked=["a.py"]), stash=False)
