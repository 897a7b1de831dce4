"""The timeline as a picture: before the rollback, the rollback, and since, each on a scale of its own, in percent."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from ..console.units import lasting
from ..engine.record import RunRecord
from . import happened, headline
from .background import Background
from .timeline import Incident, TimelineEntry

BEFORE, SINCE = 26.0, 22.0  # percent of the width
THINNEST = 0.6  # percent, so that what took no time is seen


class Bar(Struct, frozen=True):
    """A stretch of time in a lane: where it begins and how wide it is (percent), of which kind, and what it says."""

    x: float
    width: float
    kind: str
    text: str = ""
    row: int = 0


class Phase(Struct, frozen=True):
    """A part of the picture with a scale of its own; times in seconds by the host's clock, `lasted` in words."""

    name: str
    began: float
    ended: float
    x: float
    width: float
    lasted: str


class Picture(Struct, frozen=True, kw_only=True):
    """What the drawing needs: its phases, and the bars of each lane; a step's bar has the row of its number."""

    phases: list[Phase]
    release: list[Bar]
    health: list[Bar]
    outage: list[Bar]
    steps: list[Bar]
    rows: int
    words: str


class Scale:
    """Where a time lies in the picture, by its phases."""

    def __init__(self, phases: list[Phase]) -> None:
        self.phases = phases

    def at(self, time: float) -> float:
        """Return the place of a time, in percent from the left."""
        phase = next((p for p in self.phases if time <= p.ended), self.phases[-1])
        part = (time - phase.began) / (phase.ended - phase.began) if phase.ended > phase.began else 0.0
        return phase.x + phase.width * min(max(part, 0.0), 1.0)

    def bar(self, began: float, ended: float, kind: str, text: str = "", row: int = 0) -> Bar:
        """Return the bar between two times."""
        x = self.at(began)
        width = max(self.at(ended) - x, THINNEST)
        return Bar(round(min(x, 100 - width), 2), round(width, 2), kind, text, row)


class Times(Struct, frozen=True, kw_only=True):
    """The moments that divide the picture, in seconds by the host's clock; None: it did not happen, or is not known.

    `failing`: the first error in the logs. `stopped` and `served`: when the application stopped and answered again.
    """

    deployed: float | None
    failing: float | None
    began: float
    stopped: float | None
    served: float | None
    ended: float
    now: float


def times(incident: Incident, main: RunRecord, known: Background) -> Times:
    """Return the moments of an incident."""
    own = [
        entry for entry in incident.entries if entry.run == main.run and entry.event not in ("notified", "documented")
    ]
    began, proven = (own[0].at if own else main.now), incident.proven
    ended = proven.at if proven else max((entry.at for entry in own), default=began)
    down = [one.at for one in main.answers.changes if not one.up] if main.answers and main.measured else []
    stopped, lasted = down[0] if down else _stopped(main, own), proven.said.get("outage") if proven else None
    deployed, failing = (known.deployed.at if known.deployed else None), incident.failing
    return Times(
        deployed=deployed,
        failing=failing if (deployed or 0) < failing < began else None,  # an error of before is of another release
        began=began,
        stopped=stopped,
        served=stopped + lasted if stopped and lasted is not None else None,
        ended=ended,
        now=max(main.now, ended),
    )


def _stopped(main: RunRecord, own: list[TimelineEntry]) -> float | None:
    outages = {n for n, step in enumerate(main.plan.steps, start=1) if step.outage}
    return next((e.at for e in own if e.event == "begin" and happened.number(main, e) in outages), None)


def draw(incident: Incident, main: RunRecord, known: Background) -> Picture:
    """Return the picture of an incident."""
    at = times(incident, main, known)
    scale = Scale(phases(at))
    left, target = (main.plan.before.commit if main.plan.before else ""), main.plan.expect.commit
    steps = list(_steps(scale, incident, main, at))
    return Picture(
        phases=scale.phases,
        release=list(_release(scale, incident, at)) if left and target else [],
        health=list(_health(scale, at, incident)),
        outage=[scale.bar(at.stopped, at.served or at.ended, "down", _outage(at))] if at.stopped else [],
        steps=steps,
        rows=max((bar.row for bar in steps), default=0),
        words=_words(at),
    )


def phases(at: Times) -> list[Phase]:
    """Return the parts of the picture; there is none before the rollback where nothing of it is known."""
    first = min((time for time in (at.deployed, at.failing) if time), default=at.began)
    before = BEFORE if first < at.began else 0.0
    parts = [
        ("before", first, at.began, 0.0, before),
        ("the rollback", at.began, at.ended, before, 100 - before - SINCE),
        ("since then", at.ended, at.now, 100 - SINCE, SINCE),
    ]
    return [Phase(*part, lasting(part[2] - part[1])) for part in parts if part[4]]


def _release(scale: Scale, incident: Incident, at: Times) -> Iterator[Bar]:
    first = scale.phases[0].began
    moved = next((e.at for e in incident.entries if e.run in incident.own and e.step == "checkout"), at.ended)
    yield scale.bar(first, moved, "left", "deployed" if at.deployed else "left")
    if incident.proven:
        yield scale.bar(moved, at.now, "good", "gone back to")


def _health(scale: Scale, at: Times, incident: Incident) -> Iterator[Bar]:
    """Yield what is known of the application's health, and nothing where nothing is."""
    if at.failing:
        yield scale.bar(at.failing, at.stopped or at.began, "errors", "errors")
    if at.served:
        yield scale.bar(at.served, at.ended, "good")
    if not headline.well(incident.seen):
        yield scale.bar(at.ended, at.now, "errors", "not healthy now")
    elif incident.proven:
        yield scale.bar(at.ended, at.now, "good", "healthy" if incident.seen.responses else "all runs")


def _outage(at: Times) -> str:
    return lasting(at.served - at.stopped) if at.served and at.stopped else "its end is not known"


def _steps(scale: Scale, incident: Incident, main: RunRecord, at: Times) -> Iterator[Bar]:
    ends = {happened.attempt(entry): entry for entry in incident.entries if entry.event == "end"}
    for entry in incident.entries:
        row = happened.number(main, entry) if entry.run == main.run and entry.event == "begin" else 0
        if row:
            end = ends.get(happened.attempt(entry))
            good = end is not None and end.said.get("code") == 0
            yield scale.bar(entry.at, end.at if end else at.ended, "step" if good else "failed", str(row), row)


def _words(at: Times) -> str:
    """Return the picture in words, for those who cannot see it."""
    parts = (
        f"errors for {lasting(at.began - at.failing)} before the rollback began" if at.failing else "",
        f"the rollback took {lasting(at.ended - at.began)}",
        f"the application did not answer for {_outage(at)}" if at.served else "",
    )
    return "; ".join(part for part in parts if part)
