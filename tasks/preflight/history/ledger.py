"""The ledger of releases on the host: what ran there, what was proven of it, and what was rolled back."""

from __future__ import annotations

import json
from collections.abc import Iterable

from msgspec import Struct, field, to_builtins

from ...config.conversion import json_lines
from ...config.settings import Environment
from ...ssh import paths, scripts
from ...ssh.probe import Probe, single
from ...ssh.shell import Word, quote
from ...tools.git.commits import HASH

GOOD, BAD, UNKNOWN, BEGUN = "good", "bad", "unknown", "begun"
# What is known on the host, and then, only.
ADDED = {"at", "images", "digests", "schema", "rehearsed", "run", "task", "who", "machine"}
WORDS = {GOOD: "recorded as good", BAD: "rolled back: bad", UNKNOWN: "returned to", BEGUN: "left for a deployment"}


class Entry(Struct, frozen=True, kw_only=True):
    """One line of the ledger; `at` is the host's clock (seconds), `fixes` the bad commits that it was said to mend.

    `images` are ids by service, `digests` what a registry knows them by, `schema` a fingerprint of the database's.
    `rehearsed` is when the way back to the release before it was tried, 0: it was not, or there was no need.
    """

    event: str
    commit: str
    at: float = 0.0
    subject: str = ""
    images: dict[str, str] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)
    revision: list[str] | None = None
    schema: str = ""
    rehearsed: float = 0.0
    run: str = ""
    task: str = ""
    who: str = ""
    machine: str = ""
    snapshot: str = ""
    fixes: list[str] = field(default_factory=list)


def entries(text: str) -> list[Entry]:
    """Return the entries of the ledger, the oldest first; a line torn by a crash is passed over."""
    return [entry for entry in json_lines(text, Entry) if _is_ours(entry)]


def _is_ours(entry: Entry) -> bool:
    return entry.event in WORDS and all(map(HASH.fullmatch, [entry.commit, *entry.fixes]))


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


def probe(environment: Environment) -> Probe[list[Entry]]:
    """Return the probe of the ledger, the oldest entry first."""
    return single(f"cat {path(environment)} 2>/dev/null || :", lambda answer: entries(answer.out))


def path(environment: Environment) -> Word:
    """Return the ledger's file, as a shell word."""
    return Word(f"{paths.state(environment)}/releases.jsonl")


def closing(environment: Environment, records: Iterable[Entry], schema: str = "", rehearsed: str = "") -> str:
    """Return the script that writes `records` into the ledger once a plan is proven, for `Plan.closing`.

    `schema` is a command that prints the fingerprint of the schema, `rehearsed` one that prints when the way back was
    rehearsed; they fail on the hosts that have no database.

    `images` in a record are names or ids by service; what is written are the ids that these have then, and their
    digests. The time, and whose run it was, are added on the host.
    """
    asked = {"SCHEMA": schema, "REHEARSED": rehearsed}
    known = [f"export {name}; {name}=$({how} 2>/dev/null) || {name}=" for name, how in asked.items() if how]
    return "\n".join([*known, *(_append(environment, record) for record in records)])


def _append(environment: Environment, record: Entry) -> str:
    known = {name: value for name, value in to_builtins(record).items() if name not in ADDED}
    images = [word for pair in record.images.items() for word in pair]
    script = scripts.call("preflight/history/ledger.sh", json.dumps(known)[1:-1], *images, LEDGER=path(environment))
    return f"{script} || exit 1"
