"""Whether the application answered while a run went on, as a host noted it by itself once a second."""

from __future__ import annotations

from collections.abc import Iterable
from math import inf

from msgspec import Struct, field

from ..console.units import lasting, moment, stamp
from ..ssh import scripts
from ..ssh.shell import Word
from . import journaled
from .journaled import Entry
from .plan import Plan, label

SETTLING = 50  # tenths of a second that the prober may take to see what the proof saw


class Asking(Struct, frozen=True):
    """How a host asks whether the application answers: the words of a script file, and what it is told by variables.

    `about` is what is asked, for people to read; in the variables, a login may stand.
    """

    about: str
    words: tuple[str, ...]
    variables: dict[str, str]


class Change(Struct, frozen=True):
    """When the application was found to answer, or no more to (the host's clock, seconds)."""

    at: float
    up: bool


class Answers(Struct, frozen=True):
    """What was noted since a moment; `until` is when the asking ended: None if it goes on, 0 if it was cut off.

    Where the clock was set back meanwhile, `since` is never: no time of the run's journal can be held against it.
    """

    since: float
    until: float | None
    changes: list[Change] = field(default_factory=list)


class Measured(Struct, frozen=True):
    """How long the application did not answer, and when it did again, after the run's begin; seconds.

    `before`: it did not when the run began either.
    """

    outage: float
    recovery: float | None
    before: bool = False


def begin(state: Word, run: str, asking: Asking) -> str:
    """Return the command that has the host ask by itself until the run is closed, unless it does already."""
    words = (run, asking.about, *asking.words)
    return scripts.call("engine/start-prober.sh", *words, STATE=state, **asking.variables)


def shown(patience: int = 0) -> str:
    """Return the command that prints what was noted, in a run's folder; `patience` as `record.probe` has it."""
    return scripts.call("engine/show-answers.sh", str(patience))


def read(out: str) -> Answers | None:
    """Return what was noted since the asking began last, by what `shown` printed; None: nothing was asked."""
    goes_on, *lines = out.splitlines() or [""]
    noted = [line.split(" ", 2) for line in lines if " " in line]
    begun = [number for number, (_, word, *_) in enumerate(noted) if word == "asks"]
    if not begun:
        return None
    since, *later = [(stamp(at), word) for at, word, *_ in noted[begun[-1] :]]
    set_back = any(stamp(at) > since[0] for at, *_ in noted[: begun[-1]])
    ended = [at for at, word in later if word == "ended"]
    return Answers(
        since=inf if set_back else since[0],
        until=ended[-1] if ended else None if goes_on == "alive" else 0,
        changes=[Change(at, word == "up") for at, word in later if word in ("up", "down")],
    )


def measured(noted: Answers | None, entries: list[Entry], plan: Plan) -> Measured | None:
    """Return the outage of a run, by its journal; None where it was not asked all the time, or has not recovered."""
    stops = journaled.began(entries, (label(n, step) for n, step in enumerate(plan.steps, start=1) if step.outage))
    if noted is None or stops is None or noted.since > stops or not noted.changes or not noted.changes[-1].up:
        return None
    closed = next((float(e["at"]) for e in entries if e.get("event") == "proven"), 0.0)
    if noted.until is not None and noted.until < max(closed - 1, stops):
        return None
    down = [(one, then) for one, then in zip(noted.changes, noted.changes[1:], strict=False) if not one.up]
    begin = float(journaled.first(entries).get("at", noted.since))
    recovered = down[-1][1].at - begin if down else None
    if recovered is not None and recovered < -1:  # the clock was set back before the outage
        return None
    return Measured(
        sum(then.at - one.at for one, then in down),
        recovered and round(max(recovered, 0.0), 1),
        not noted.changes[0].up,
    )


def closed_with(entries: list[Entry]) -> Measured | None:
    """Return the outage that a run's journal was closed with; None where it does not say."""
    said = next((e for e in entries if e.get("event") == "proven" and "outage" in e), None)
    return Measured(float(said["outage"]), said.get("recovery")) if said else None


def worst(found: Iterable[Measured | None]) -> Measured | None:
    """Return the longest outage of several hosts; None where one of them did not measure it."""
    known = list(found)
    if None in known or not known:
        return None
    return max(filter(None, known), key=lambda one: (one.outage, one.recovery or 0.0))


def told(noted: Answers | None, found: Measured | None) -> str:
    """Return what is said of the outage of a run that may not be over."""
    last = noted.changes[-1] if noted and noted.changes else None
    if noted and last and not last.up and noted.until is None:
        return f"the application does not answer, since {moment(last.at)}"
    return words(found)


def words(found: Measured | None) -> str:
    """Return what is said of an outage."""
    if found is None:
        return "outage not measured"
    if not found.outage and found.recovery is None:
        return "no outage was seen"
    outage = f"outage {lasting(found.outage)}"
    if found.recovery is None:  # a journal of before knows no more
        return outage
    if found.before:
        return f"not healthy when the run began, healthy again {lasting(found.recovery)} after that"
    return f"{outage}, recovered {lasting(found.recovery)} after the run began"
