"""Whether a release can be taken back: judged by what its migrations say, and by what came of trying them."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from ..console.commands import fab
from ..console.units import counted
from .revisions.previewed import Found, Preview

Can = Literal["without loss", "with loss", "no"]


class Tried(Struct, frozen=True):
    """What came of the migrations on a clone: why they cannot go up or down (empty: they can), and what was found.

    `answers` says that what runs answers on the new schema, whose commit is `stays`; both empty: it does not, or it was
    not tried. `lacks` is what is not brought back of the schema.
    """

    why: str = ""
    answers: str = ""
    stays: str = ""
    lacks: list[str] = []
    others: list[str] = []
    upwards: bool = True


class Verdict(Struct, frozen=True):
    """Whether it can be taken back, and the line that says how, or why not."""

    can: Can
    line: str


def judge(title: str, previews: list[Preview], upwards: list[str], tried: Tried) -> Verdict:
    """Return whether the release `title` can be taken back, with its migrations; `upwards` is what deploying destroys.

    Without loss means: by what can be read and was tried. What nobody can tell is no such thing.
    """
    if not tried.upwards:
        return Verdict("no", f"{title} cannot be deployed, nor taken back: {tried.why}")
    if tried.why and not tried.answers:
        return Verdict("no", f"{title} cannot be taken back: {tried.why}")
    lost = upwards if tried.answers else [*upwards, *tried.lacks, *_downwards(previews)]
    if lost:
        return Verdict("with loss", f"{title} can be taken back, with loss: {'; '.join(lost)}")
    without = f"{title} can be taken back without loss"
    if tried.answers:
        alone = fab(f"full-rollback --commit {tried.stays} --no-database")
        return Verdict("without loss", f"{without}, by its code alone: {tried.answers}: {alone}")
    many = counted(len(previews), "migration")
    return Verdict("without loss", f"{without}: {many} went up, down and up again on a clone")


def nothing(title: str) -> Verdict:
    """Return the verdict about a release that leaves the schema as it is."""
    return Verdict("without loss", f"{title} can be taken back without loss: it brings no migrations")


def _downwards(previews: list[Preview]) -> list[str]:
    return [
        f"{one.path}:{found.line}: {_grave(found)}"
        for one in previews
        for found in one.findings
        if found.kind != "reversible"
    ]


def _grave(found: Found) -> str:
    """Return what a downgrade does; what it drops is not there yet, and so is not counted."""
    reason = found.reason.removesuffix(": what it holds could not be counted")
    return reason if reason == found.reason else f"{reason}, with what is written there until then"
