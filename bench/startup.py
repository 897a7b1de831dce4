"""How long `fab` takes to say what it can do, against a bare `fab --version`."""

from __future__ import annotations

from . import figures, stage
from .figures import Table

COMMANDS = {
    "fab --version": ["--version"],
    "fab --list": ["--list"],
    "fab --help full-rollback": ["--help", "full-rollback"],
}


def measure(repeat: int) -> list[Table]:
    """Return one table; a command is so quick that each is run five times as often as `repeat` says."""
    runs = {
        name: lambda words=words: figures.took(stage.fab(*words), cwd=stage.PROJECT) for name, words in COMMANDS.items()
    }
    found = figures.in_turns(runs, 5 * repeat)
    bare = found["fab --version"]
    table = Table("Start-up", ["", "whole process", "× fab --version", "target"])
    for name, values in found.items():
        target = "" if values is bare else "≤ 1.8"
        table.rows.append([f"`{name}`", figures.seconds(values), figures.ratio(values, bare), target])
    table.notes = [f"{5 * repeat} runs each, taking turns, in the project's folder. `--version` loads no fabfile."]
    return [table]
