"""A second `fab` need not compile everything again, unless the operator wants no bytecode."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

PROGRAM = """
import sys
from importlib.abc import MetaPathFinder

class Witness(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name == "tasks.playbooks":
            print(sys.dont_write_bytecode)

sys.meta_path.insert(0, Witness())
sys.dont_write_bytecode = {setting}
import tasks
print(sys.dont_write_bytecode)
"""


def settings_seen(setting: bool, **variables: str) -> list[str]:
    """What `sys.dont_write_bytecode` is while the package is imported and afterwards, in a program that set it."""
    ordinary = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(setting=setting)],
        env={**ordinary, **variables},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@pytest.mark.parametrize("setting", [True, False])
def test_bytecode_is_written_and_the_program_keeps_its_own_setting(setting):
    assert settings_seen(setting) == ["False", str(setting)]


def test_no_bytecode_is_written_where_the_operator_forbids_it():
    assert settings_seen(True, PYTHONDONTWRITEBYTECODE="1") == ["True", "True"]
