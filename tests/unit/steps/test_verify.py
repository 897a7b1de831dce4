"""Verify fails where anything is wrong on any host; what a rollback proves."""

from __future__ import annotations

import pytest

from tasks.console.errors import Failed
from tasks.engine.world import Check
from tasks.preflight.checks import checkup
from tasks.preflight.target.service_moves import Moves
from tasks.steps import verify
from tests.unit.support import reports
from tests.unit.support.reports import DOWN, FILES
from tests.unit.support.scripted import planned


def test_all_that_is_right_is_shown_and_nothing_fails(mocker, capsys):
    mocker.patch.object(checkup, "look", return_value=[Check("commit", "git HEAD", "abc", True)])
    planned(mocker, verify.verify)
    assert "everything is as it should be" in capsys.readouterr().out


def test_what_is_wrong_is_named_with_the_next_command(mocker, capsys):
    mocker.patch.object(checkup, "look", return_value=[Check("health", "http://h", "500", False)])
    with pytest.raises(Failed, match="1 wrong: http://h: 500. Next: "):
        planned(mocker, verify.verify, json=True)
    assert '"ok": false' in capsys.readouterr().out


def test_a_rollback_proves_what_its_target_needs():
    assert verify.expect(reports.rollback(DOWN)).revision == ["one"]
    assert verify.expect(reports.rollback(None)).revision is None
    assert verify.expect(reports.rollback()).services == FILES.lasting
    assert verify.expect(reports.rollback(moves=Moves(["api"], ["api"], ["old"]))).services == ["api", "old"]
