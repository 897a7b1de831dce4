"""The impact in figures: detected, decided, repaired; the outage; the data that are lost, and what keeps them."""

from __future__ import annotations

from msgspec import Struct

from ..console.units import lasting
from ..engine import asking, journal
from ..engine.before import DroppedBefore, SchemaBefore, SwappedBefore
from ..engine.plan import Plan
from ..engine.record import RunRecord
from ..preflight.summary import KEPT
from .background import Background
from .picture import Times, times
from .timeline import Incident

DATABASE_STEPS = ("restore", "swap", "take", "drop", "downgrade", "upgrade")
SINCE_THEN = "what was written since the backup"


class Figure(Struct, frozen=True):
    """One figure: what it is of, the figure itself, and where it comes from; `bad`: it is nothing to be glad of."""

    name: str
    value: str
    note: str
    bad: bool = False


def figures(incident: Incident, main: RunRecord, known: Background) -> list[Figure]:
    """Return the figures of an incident."""
    at = times(incident, main, known)
    return [
        *_deployed(incident, known),
        _detected(incident, at),
        _decided(incident, main, at),
        _repaired(incident, main, at),
        _outage(incident, main),
        _data(main),
    ]


def _deployed(incident: Incident, known: Background) -> list[Figure]:
    if not known.deployed:
        return []
    return [Figure("Deployed", incident.when(known.deployed.at), f"the release that was left: {known.deployed.by}")]


def _detected(incident: Incident, at: Times) -> Figure:
    if not at.failing and incident.answered:
        said = f"it was not well when the run began ({incident.answered}); no log that was kept says since when"
        return Figure("Detected", "not known", said, True)
    if not at.failing:
        return Figure("Detected", "not known", "no error in the logs that were kept says since when it failed")
    after = f", {lasting(at.failing - at.deployed)} after the deployment" if at.deployed else ""
    return Figure("Detected", incident.when(at.failing), f"the first error in the logs that were kept{after}", True)


def _decided(incident: Incident, main: RunRecord, at: Times) -> Figure:
    who = journal.first(main.journal).get("who", "somebody")
    since = f", {lasting(at.began - at.failing)} after the first error" if at.failing else ""
    return Figure("Decided", incident.when(at.began), f"{who} started the rollback{since}")


def _repaired(incident: Incident, main: RunRecord, at: Times) -> Figure:
    if not incident.proven:
        return Figure("Repaired", "not proven", f"the run: {main.state}", True)
    if incident.unverified:
        return Figure("Repaired", "not proven", f"not required, and not well: {', '.join(incident.unverified)}", True)
    return Figure("Repaired", incident.when(at.ended), f"proven {lasting(at.ended - at.began)} after the start")


def _outage(incident: Incident, main: RunRecord) -> Figure:
    lasted = incident.proven.said.get("outage") if incident.proven else None
    if lasted is not None:
        return Figure(
            "Not served",
            lasting(lasted),
            "noted by the host, which asked once a second; errors before that are not counted",
            True,
        )
    if not main.plan.outage:
        return Figure("Not served", "0 s", "nothing was stopped for it")
    return Figure("Not served", "not measured", "services were stopped", True)


def _data(main: RunRecord) -> Figure:
    lost, keeps = data(main.plan)
    return Figure("Data lost", lost, keeps, bad=not lost.startswith("no data"))


def data(plan: Plan) -> tuple[str, str]:
    """Return what a plan loses, and what keeps it."""
    lost, _, keeps = plan.summary.get("is lost", "").partition(KEPT)
    if lost:
        return lost, f"kept in: {keeps}" if keeps else ""
    if not any(step.name in DATABASE_STEPS for step in plan.steps):
        return "no data", "no step of the plan touches them"
    return _of_the_database(plan)


def _of_the_database(plan: Plan) -> tuple[str, str]:
    before, asked = plan.before, asking.costs(plan)
    if isinstance(before, DroppedBefore):
        return SINCE_THEN, f"kept in: the dump {before.dropped}" if before.dropped else "not kept"
    if isinstance(before, SwappedBefore):
        return SINCE_THEN, f"kept in: database {before.swapped}"
    down = any(step.name == "downgrade" for step in plan.steps)
    lost = "; ".join(asked) or ("no data, as far as the migrations show" if down else "not known")
    if isinstance(before, SchemaBefore) and before.snapshot:
        return lost, f"kept in: database {before.snapshot}, or the dump {before.dump}"
    return lost, "no copy was made before"
