"""What is installed is all of tasks/, under the name fab_rollback."""

from __future__ import annotations

import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from tests import installed
from tests.installed import PROJECT


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> tuple[Path, Path]:
    """The source distribution and the wheel."""
    return installed.build(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def python(built, tmp_path_factory) -> Path:
    """The interpreter of an environment that has the wheel."""
    return installed.install(built[1], tmp_path_factory.mktemp("venv"))


def run(*words: object, cwd: Path) -> str:
    """What a command prints, with no environment but a PATH."""
    variables = {"PATH": os.environ["PATH"], "COLUMNS": "200"}
    done = subprocess.run([*map(str, words)], cwd=cwd, env=variables, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_every_file_of_tasks_is_in_the_wheel_and_nothing_else(built):
    ours = {f.relative_to(PROJECT / "tasks") for f in (PROJECT / "tasks").rglob("*") if f.is_file()}
    ours = {str(f) for f in ours if "__pycache__" not in f.parts}
    names = (Path(name) for name in zipfile.ZipFile(built[1]).namelist())
    assert {str(n.relative_to("fab_rollback")) for n in names if n.parts[0] == "fab_rollback"} == ours
    assert {Path(name).suffix for name in ours} >= {".py", ".sh", ".typed"}


def test_its_licence_and_the_pythons_it_runs_on_are_told(built):
    archive = zipfile.ZipFile(built[1])
    told = archive.read(next(n for n in archive.namelist() if n.endswith("METADATA"))).decode()
    assert "License-Expression: Apache-2.0" in told
    assert "Requires-Python: >=3.10" in told
    assert any(name.endswith("licenses/LICENSE") for name in archive.namelist())


def test_the_examples_list_their_tasks_with_ours_mounted_beside_them(python, tmp_path):
    shutil.copytree(PROJECT / "examples", tmp_path / "shop")
    listed = set(run(python, "-m", "fabric", "--list", cwd=tmp_path / "shop").split())
    assert {"morning", "kick", "rewind", "rollback.full-rollback", "rollback.git.last-good"} <= listed


def test_scripts_are_found_where_they_were_installed(python, tmp_path):
    code = "from fab_rollback.ssh import scripts; print(scripts.__file__, *scripts.needed('$SCRIPTS/tools/lib.sh'))"
    file, *names = run(python, "-c", code, cwd=tmp_path).split()
    assert Path(file).is_relative_to(python.parent.parent)
    assert names == ["tools/lib.sh"]
