"""What the journal of a run says: its entries as data, and what they mean."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from ..ssh.shell import sections

Entry = dict[str, Any]
NOT_ALL = "done, but not all of it verified"
# The last word about a run, by the last entry of its journal that says one.
LAST_WORD = {
    "proven": "done and verified",
    "failed": "failed",
    "interrupted": "interrupted",
    "undone": "taken back",
    "left": "left as it was",
}


def journals(out: str) -> dict[str, list[Entry]]:
    """Return the journals that list-runs.sh printed."""
    return {name.strip(): read(text) for name, text in sections(out, "=")}


def began(entries: list[Entry], names: Iterable[str]) -> float | None:
    """Return the host's clock (seconds) when the first of the steps `names` began first; None: none did."""
    wanted = set(names)
    return next((e.get("at") for e in entries if e.get("event") == "begin" and e.get("step") in wanted), None)


def read(text: str) -> list[Entry]:
    """Return the entries of a journal; a line torn by a crash is passed over."""
    entries = []
    for line in text.splitlines():
        try:
            entries.append(json.loads(line))
        except ValueError:
            continue
    return [e for e in entries if isinstance(e, dict)]


def first(entries: list[Entry]) -> Entry:
    """Return the entry that says who began a run; empty where there is none."""
    return next((e for e in entries if e.get("event") == "run"), {})


def last_turn(entries: list[Entry]) -> Entry:
    """Return the last entry that says what became of a run, or that it was taken up again; empty where none does."""
    return next((e for e in reversed(entries) if e.get("event") in (*LAST_WORD, "resumed")), {})


def last_word(entries: list[Entry]) -> str:
    """Return what the journal says of a run that nobody works on."""
    said = last_turn(entries)
    return NOT_ALL if said.get("left_out") else LAST_WORD.get(str(said.get("event")), "cut off")


def partially_applied(entries: list[Entry]) -> bool:
    """Return whether a run has something left to change, by the last entry that says so."""
    return next((bool(e["half"]) for e in reversed(entries) if "half" in e), False)
