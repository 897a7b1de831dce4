"""What stands in the way of a checkout."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from tasks.console.errors import Refused
from tasks.preflight import worktree
from tasks.preflight.present.state import State

HOST = SimpleNamespace(address="h")


def test_local_changes_are_refused_by_name_with_the_way_to_put_them_aside():
    with pytest.raises(Refused, match="local changes: a.py.*--stash"):
        worktree.refuse_unclean(HOST, State(modified=["a.py"]), stash=False)
    worktree.refuse_unclean(HOST, State(modified=["a.py"]), stash=True)


def test_a_checkout_that_would_fail_for_want_of_lfs_is_refused():
    with pytest.raises(Refused, match="h: the checkout needs git-lfs, and the host has none: its hook"):
        worktree.refuse_unclean(HOST, State(lacks_lfs="its hook"), stash=True)
