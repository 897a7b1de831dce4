"""Completion as README sets it up, in the shells themselves: a tab is pressed at a terminal."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

import pytest

from tests.unit.engine.test_completion import HOSTS
from tests.unit.support.tty import PROJECT, typed

SHELLS = {"bash": ["bash", "--norc", "-i"], "zsh": ["zsh", "-f", "-i"], "fish": ["fish", "--no-config", "-i"]}
SETUP = {
    "bash": "source <(fab --print-completion-script bash)",
    "zsh": "autoload -Uz compinit && compinit; source <(fab --print-completion-script zsh)",
    "fish": "fab --print-completion-script fish | source",
}
ANOTHER = "\x15"  # Ctrl-U: the line is empty again
LINES = [
    ("fab -H sta", "fab -H staging"),
    ("fab full-rollb", "fab full-rollback"),
    ("fab full-rollback --commit ab", "--commit abc123"),
    ("fab backups.check --file b/", "--file b/x-1.dump"),
]


@pytest.fixture
def environ(tmp_path) -> dict[str, str]:
    """A folder with two environments, and what commands learned of one of them."""
    (tmp_path / "hosts.yaml").write_text(HOSTS)
    (tmp_path / "fabfile.py").write_text(f"import sys\nsys.path.insert(0, {str(PROJECT)!r})\n")
    with (tmp_path / "fabfile.py").open("a") as file:
        file.write("import tasks\nfrom tasks.engine import mounting\nns = mounting.offer(tasks.ns)\n")
    (tmp_path / "fab-rollback").mkdir()
    known = {f"{tmp_path / 'hosts.yaml'} production": {"commit": ["abc123", "def456"], "file": ["b/x-1.dump"]}}
    (tmp_path / "fab-rollback" / "values.json").write_text(json.dumps(known))
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return {"PATH": path, "TERM": "xterm", "HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}


@pytest.mark.parametrize("shell", SHELLS)
def test_a_tab_completes_tasks_environments_and_values(environ, tmp_path, shell):
    if not shutil.which(shell):
        pytest.skip(f"no {shell} here")
    asked = [(completed, f"{ANOTHER}{line}\t") for (line, _), (_, completed) in zip(LINES[1:], LINES, strict=False)]
    begun = (r"[#$%>] ", f"{SETUP[shell]}\necho re''ady\n"), ("ready", f"{LINES[0][0]}\t")
    typed(SHELLS[shell], environ, tmp_path, *begun, *asked, (LINES[-1][1], ANOTHER))


@pytest.mark.parametrize("shell", SHELLS)
def test_the_readme_says_how_it_is_set_up(shell):
    assert f"`{SETUP[shell]}`" in (PROJECT / "README.md").read_text()
