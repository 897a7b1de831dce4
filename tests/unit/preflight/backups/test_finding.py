"""Where a backup is no good, the refusal names another."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from tasks.console.commands import render
from tasks.preflight.backups import finding
from tasks.preflight.backups.backup_files import Found
from tests.unit.support.deployment import environment
from tests.unit.support.restoring import BACKUP


def found(path: str, *, checked=None, taken: int = 1) -> Found:
    """A backup of the database."""
    return Found(path, 1, 1, "custom", "", (), checked=checked, taken=taken, ours=True)


WHOLE, BAD = found("b/whole.dump", checked=BACKUP), found("b/bad.dump", taken=9)


@pytest.mark.parametrize(
    ("there", "said"),
    [
        ([BAD, WHOLE], "The newest that was verified: --file b/whole.dump"),
        ([BAD], "Others: fab backups.list"),
        ([found("b/bad.dump", checked=BACKUP)], "Others: fab backups.list"),
    ],
)
def test_the_newest_that_was_verified_is_named_or_the_list(mocker, there, said):
    mocker.patch.object(finding, "found", return_value=there)
    assert render(finding.another(SimpleNamespace(environment=environment()), "b/bad.dump")) == said
