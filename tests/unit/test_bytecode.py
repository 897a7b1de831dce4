"""A second `fab` need not compile everything again, unless the operator wants no bytecode."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize(("variables", "written"), [({}, True), ({"PYTHONDONTWRITEBYTECODE": "1"}, False)])
def test_bytecode_is_written_unless_the_operator_forbids_it(variables, written, tmp_path):
    assert imported("True", variables, tmp_path) == "True\n"
    assert bool([*tmp_path.rglob("errors.*.pyc")]) is written


@pytest.mark.parametrize("setting", ["True", "False"])
def test_the_program_that_imports_the_package_keeps_its_own_setting(setting, tmp_path):
    assert imported(setting, {}, tmp_path) == f"{setting}\n"


def imported(setting: str, variables: dict[str, str], cache: Path) -> str:
    """What `sys.dont_write_bytecode` is after the import, in a program that has set it to `setting`."""
    code = f"import sys; sys.dont_write_bytecode = {setting}; import tasks; print(sys.dont_write_bytecode)"
    ordinary = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**ordinary, "PYTHONPYCACHEPREFIX": str(cache), **variables},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
