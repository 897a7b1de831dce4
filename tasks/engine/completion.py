"""Values for the shell to complete: environments of hosts.yaml, and what commands learned last of a deployment."""

from __future__ import annotations

import contextlib
import json
import os
import re
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from invoke import Exit

from ..config import inventory
from ..config.settings import Environment
from ..console.errors import Refused

MOST = 50  # values of an option that are kept
OPTIONS = {f"--{name}": name for name in ("commit", "revision", "service", "file", "run")}
HOSTS = ("-H", "--hosts")
PLAIN = re.compile(r"[\w./:@+=][\w./:@+=-]*")  # what no shell takes for more than a word: bash would run the rest


def remember(environment: Environment, option: str, values: Iterable[str]) -> None:
    """Keep `values` of `--option` for completion, the newest first; where they cannot be kept, nobody minds."""
    with contextlib.suppress(OSError, Refused):
        known, place = _kept(), _place()
        plain = [value for value in dict.fromkeys(values) if PLAIN.fullmatch(value)]
        known.setdefault(_name(environment.name), {})[option] = plain[:MOST]
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=place.parent, delete=False) as file:  # readable by its owner only
            json.dump(known, file)
        Path(file.name).replace(place)


def complete_values(program: Any) -> None:
    """Let `program` complete values as well: Invoke completes tasks and options."""
    otherwise = program.parse_cleanup

    def parse_cleanup() -> None:
        if program.args.complete.value and (found := candidates((program.core.remainder or "").split())):
            print(*found, sep="\n")
            raise Exit
        otherwise()

    program.parse_cleanup = parse_cleanup


def candidates(words: Sequence[str]) -> list[str]:
    """Return the values for the option at the end of what was typed; none where that is no such option.

    A shell does not tell whether the last word is finished: one that is a value is.
    """
    *before, last = words or [""]
    option = last if last.startswith("-") else (before or [""])[-1]
    found = _values(option, words)
    return [] if last in found else found


def _values(option: str, words: Sequence[str]) -> list[str]:
    with contextlib.suppress(OSError, Refused):
        if option in HOSTS:
            return inventory.names()
        if option in OPTIONS:
            given = next((name for flag, name in zip(words, words[1:], strict=False) if flag in HOSTS), "")
            kept = _kept().get(_name(given or inventory.default_name()), {}).get(OPTIONS[option], [])
            return [value for value in kept if PLAIN.fullmatch(value)]
    return []


def _name(environment: str) -> str:
    """Return what a deployment is called in the file: an environment of this hosts.yaml."""
    return f"{inventory.locate()} {environment}"


def _place() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "fab-rollback" / "values.json"


def _kept() -> dict[str, dict[str, list[str]]]:
    try:
        found = json.loads(_place().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
