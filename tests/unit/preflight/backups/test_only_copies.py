"""Which copies hold values that are nowhere else: noted on the host, each once."""

from __future__ import annotations

import pytest

from tasks.preflight.backups import only_copies
from tasks.ssh import paths
from tasks.ssh.shell import Word
from tests.unit.support.deployment import environment
from tests.unit.support.shells import Home


@pytest.fixture
def noted(tmp_path, mocker):
    """Return a function that notes a name, and gives all that were."""
    mocker.patch.object(paths, "state", return_value=Word(str(tmp_path)))

    sh = Home(tmp_path).sh

    def note(name: str) -> list[str]:
        assert sh(only_copies.note(environment(), name)).returncode == 0
        ((_, command),) = only_copies.probe(environment()).commands.items()
        return sh(command).stdout.splitlines()

    return note


def test_a_name_is_noted_once_whatever_is_in_it(noted):
    assert noted("d__snap_1") == ["d__snap_1"]
    assert noted("it's $HOME") == ["d__snap_1", "it's $HOME"]
    assert noted("d__snap_1") == ["d__snap_1", "it's $HOME"]
