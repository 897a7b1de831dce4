"""The ledger of releases on the host: what ran there, what was proven of it, and what was rolled back."""

from __future__ import annotations

import json
import re

import msgspec
from msgspec import Struct, field

from ..config.settings import Environment
from ..ssh import paths
from ..ssh.shell import quote

GOOD, BAD, UNKNOWN, BEGUN = "good", "bad", "unknown", "begun"
HASH = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
WORDS = {GOOD: "recorded as good", BAD: "rolled back: bad", UNKNOWN: "returned to", BEGUN: "left for a deployment"}


# A line torn by a crash must not swallow the next one.
COMPLETE = '[ ! -s "$ledger" ] || [ -z "$(tail -c 1 "$ledger")" ] || echo >> "$ledger"'
IDS = (
    "id() { i=$(docker image inspect -f '{{.Id}}' \"$2\" 2>/dev/null) || return 0\n"
    'ids="$ids${ids:+,}\\"$1\\":\\"$i\\""; }'
)


class Entry(Struct, kw_only=True):
    """One line of the ledger; `at` is the host's clock (seconds), `fixes` the bad commits that it was said to mend."""

    event: str
    commit: str
    at: float = 0.0
    subject: str = ""
    images: dict[str, str] = field(default_factory=dict)
    revision: list[str] | None = None
    run: str = ""
    task: str = ""
    who: str = ""
    machine: str = ""
    snapshot: str = ""
    fixes: list[str] = field(default_factory=list)


def entries(text: str) -> list[Entry]:
    """Return the entries of the ledger, the oldest first; a line torn by a crash is passed over."""
    found = []
    for line in text.splitlines():
        try:
            raw = json.loads(line)
        except ValueError:
            continue
        if entry := _entry(raw):
            found.append(entry)
    return found


def _entry(raw: object) -> Entry | None:
    try:
        entry = msgspec.convert(raw, Entry)
    except msgspec.ValidationError:
        return None
    hashes = [entry.commit, *entry.fixes]
    return entry if entry.event in WORDS and all(map(HASH.fullmatch, hashes)) else None


def standing(ledger: list[Entry]) -> dict[str, Entry]:
    """Return the last word about each commit, in the order in which they were said."""
    last: dict[str, Entry] = {}
    for entry in ledger:
        if entry.event != BEGUN:
            last.pop(entry.commit, None)
            last[entry.commit] = entry
    return last


def last_good(ledger: list[Entry], present: str) -> Entry | None:
    """Return the release recorded as good last that is not the `present` one."""
    words = standing(ledger).values()
    return next((e for e in reversed(list(words)) if e.event == GOOD and e.commit != present), None)


def bad(ledger: list[Entry]) -> list[str]:
    """Return the commits whose last word is that they were rolled back."""
    return [commit for commit, entry in standing(ledger).items() if entry.event == BAD]


def frozen(environment: Environment, commit: str, ledger: list[Entry]) -> str:
    """Return a command that prints each bad commit which `commit` would bring back.

    That is the bad commit itself, and every commit that contains it, unless a revert of it came after
    it, or a commit that was recorded with --unfreeze, and so said to mend it, is contained too.
    """
    has = f'has() {{ git merge-base --is-ancestor "$1" {commit} 2>/dev/null; }}'
    lines = [f"cd {paths.app(environment)} || exit 1; {has}"]
    for sha in bad(ledger):
        mended = " || ".join(f"has {quote(e.commit)}" for e in ledger if sha in e.fixes) or "false"
        revert = f"git log -F --grep={quote(f'This reverts commit {sha}')} --format=%H {sha}..{commit} -- | grep -q ."
        lines.append(f"if has {sha} && ! {{ {mended}; }} && ! {{ {revert}; }}; then echo {sha}; fi")
    return "\n".join([*lines, ":"])


def path(folder: str) -> str:
    """Return the ledger's file below the state folder, both as shell words."""
    return f"{folder}/releases.jsonl"


def append(folder: str, records: list[dict]) -> str:
    """Return a script that writes `records` into the ledger, each with the host's time and the ids of its images.

    `images` in a record are names by service; what is written are the ids that these names have.
    """
    lines = [f"umask 077; ledger={path(folder)}; {COMPLETE}"]
    for record in records:
        lines += [f"ids=; {IDS}"]
        lines += [f"id {quote(service)} {quote(name)}" for service, name in (record.get("images") or {}).items()]
        text = quote(json.dumps({k: v for k, v in record.items() if k != "images"})[1:-1])
        lines.append(f'printf \'{{"at":%s,%s,"images":{{%s}}}}\\n\' "$(date +%s)" {text} "$ids" >> "$ledger" || exit 1')
    return "\n".join(lines)
