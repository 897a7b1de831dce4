"""A plan as the JSON document that `--plan --json` prints: what each step runs, without the text of it."""

from __future__ import annotations

import shlex
from typing import Any

import msgspec

from .plan import Plan, Step

SCRIPT = "$SCRIPTS/"  # how the scripts that run on the host are named in a step's


def document(plan: Plan) -> dict[str, Any]:
    """Return `plan` as data; scripts are named as they are called, a line each, without their variables."""
    whole: dict[str, Any] = msgspec.to_builtins(plan)
    return {**whole, "steps": [_step(step) for step in plan.steps], "closing": called(plan.closing)}


def _step(step: Step) -> dict[str, Any]:
    whole: dict[str, Any] = msgspec.to_builtins(step)
    files = {name: called(text) for name, text in step.files.items()}
    amends = _step(step.amends) if step.amends else None
    return {**whole, "script": called(step.script), "stop": called(step.stop), "files": files, "amends": amends}


def called(script: str) -> str:
    """Return the script files that a script calls, with their arguments, a line each; empty where it calls none."""
    words = shlex.shlex(script, posix=True, punctuation_chars=";&|()\n")
    words.whitespace, words.whitespace_split, words.commenters = " \t", True, ""
    lines: list[list[str]] = [[]]
    try:
        for word in words:
            if set(word) <= set(";&|()\n"):
                lines.append([])
            else:
                lines[-1].append(word)
    except ValueError:  # SQL or Python beside a script
        return ""
    return "\n".join(_call(line) for line in lines if _at(line) < len(line))


def _at(line: list[str]) -> int:
    """Return where in a command the script file stands that it calls; its length where it calls none."""
    return next((n for n, word in enumerate(line) if n and line[n - 1] == "sh" and word.startswith(SCRIPT)), len(line))


def _call(line: list[str]) -> str:
    name, *arguments = line[_at(line) :]
    return shlex.join([name.removeprefix(SCRIPT), *arguments])
