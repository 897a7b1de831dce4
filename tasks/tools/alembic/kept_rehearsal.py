"""A rehearsal that was kept: what it found, and all that it rests on; it counts while nothing of that has changed."""

from __future__ import annotations

from functools import cache
from hashlib import sha256

from msgspec import Struct

from ...console.units import moment
from ...console.version import VERSION
from ...ssh import scripts
from ...ssh.shell import Answer
from .schema_change import SchemaChange

# What the end of a rehearsal depends on: by its key, what is said where it is another. basis.sh tells most of it.
PARTS = {
    "tool": "how fab rehearses",
    "change": "the way down",
    "migrations": "the migration files",
    "sql": "your own SQL (--downgrade-sql)",
    "image": "the image that runs alembic",
    "alembic": "the settings of alembic",
    "service": "the settings or variables of its service",
    "files": "the files mounted there",
    "server": "the database server",
    "configuration": "the settings of the database server",
    "roles": "the roles of the database",
    "schema": "the schema of the database",
}


class Kept(Struct, frozen=True):
    """What a rehearsal found, each with the word that says of what it is: undo, left, lacks, again, present.

    `at` is when (the host's clock), 0 where it is not known on what it `rests`; `now` is what it would rest on now, as
    far as that was asked and could be told. `other` is when one with another image was kept.
    """

    findings: list[tuple[str, str]] = []
    at: float = 0.0
    rests: dict[str, str] = {}
    now: dict[str, str] = {}
    other: float = 0.0

    def lines(self, *words: str) -> list[str]:
        """Return what was found of these words."""
        return [text for word, text in self.findings if word in words]

    @property
    def holds(self) -> bool:
        """Whether it would end as it did: all that it rests on is known, and as it was."""
        return bool(self.at) and self.rests.keys() == PARTS.keys() and self.rests == self.now

    @property
    def changed(self) -> list[str]:
        """What is another than it was, in words; what cannot be told is that, too."""
        return [said for key, said in PARTS.items() if not self.rests.get(key) or self.rests[key] != self.now.get(key)]

    @property
    def why(self) -> str:
        """Why it does not hold, where one was kept."""
        return f"changed: {', '.join(self.changed)}" if self.now else "what it depends on cannot be told"

    @property
    def line(self) -> str:
        """What a plan says of it; empty: nothing was kept."""
        if self.holds:
            return f"the downgrade was rehearsed on {moment(self.at)}, and nothing that it depends on has changed since"
        if self.other:
            return f"the downgrade is rehearsed again: on {moment(self.other)} it was with another image"
        if not self.at:
            return ""
        return f"the downgrade is rehearsed again: since {moment(self.at)} {self.why}"


def read(answer: Answer) -> Kept:
    """Return what rehearsed.sh printed; a line that is torn is none."""
    found = [(word, text) for word, _, text in (line.partition(" ") for line in answer.out.splitlines())]
    told = {word: text for word, text in found if word in ("at", "other") and text.isdigit()}
    return Kept(
        findings=[(word, text) for word, text in found if word not in ("at", "rests", "now", "other")],
        at=float(told.get("at", 0)),
        rests=_parts(found, "rests"),
        now=_parts(found, "now"),
        other=float(told.get("other", 0)),
    )


def _parts(found: list[tuple[str, str]], wanted: str) -> dict[str, str]:
    return dict(text.partition(" ")[::2] for word, text in found if word == wanted)


def rests_on(change: SchemaChange, script: str) -> str:
    """Return the lines of what is known before of what a downgrade by `script` rests on."""
    own = change.override
    known = {
        "tool": _digest(VERSION, *_texts(script)),
        "change": _digest(*_heads(change), *_goals(change)),
        "migrations": _digest(*(word for one in change.downgrades for word in (one.id, one.source))),
        "sql": _digest(own.revision, own.text) if own else "none",
    }
    return "\n".join(f"{key} {value}" for key, value in known.items())


def _heads(change: SchemaChange) -> list[str]:
    return [*sorted(change.from_heads), "-", *sorted(change.to_heads), "-", *sorted(change.implied), "-"]


def _goals(change: SchemaChange) -> list[str]:
    return [move if isinstance(move, str) else f"{move.revision} to {move.goal}" for move in change.moves]


@cache
def _texts(script: str) -> tuple[str, ...]:
    return tuple(text for _name, text in sorted(scripts.needed(script).items()))


def _digest(*words: str) -> str:
    return sha256("\0".join(words).encode("utf-8", "surrogatepass")).hexdigest()[:16]
