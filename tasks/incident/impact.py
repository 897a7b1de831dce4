"""The impact in figures: since when, decided, repaired; the outage; the data that are lost, and what keeps them."""

from __future__ import annotations

from msgspec import Struct

from ..console.units import lasting
from ..engine import asking, journaled
from ..engine.before import DroppedBefore, SchemaBefore, SwappedBefore
from ..engine.plan import Plan
from ..engine.record import RunRecord
from ..preflight.summary import KEPT
from .background import Background
from .picture import Times, times
from .timeline import Incident

DATABASE_STEPS = ("restore", "swap", "take", "drop", "downgrade", "upgrade")
SINCE = "Not working since"
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
        _failing(incident, at, known),
        _decided(incident, main, at),
        _repaired(incident, main, at),
        _outage(incident, main),
        _data(main),
    ]


def _deployed(incident: Incident, known: Background) -> list[Figure]:
    if not known.deployed:
        return []
    return [Figure("Deployed", incident.when(known.deployed.at), f"the release that was left: {known.deployed.by}")]


def _failing(incident: Incident, at: Times, known: Background) -> Figure:
    """Return since when it did not work; where no log says that, what it cannot have been before."""
    if at.failing:
        after = f", {lasting(at.failing - at.deployed)} after the deployment" if at.deployed else ""
        said = f"the first error, or failed answer, in the logs that were kept{after}"
        return Figure(SINCE, incident.when(at.failing), said, True)
    value, told = "unknown", "no log that was kept says it"
    if at.deployed:
        value = f"not before {incident.when(at.deployed)}"
        told = f"the release that was left came then; {told} nearer"
    elif known.commits:
        value, told = f"not before {known.commits[0].date}", f"the commit that was left is of then; {told} nearer"
    return Figure(SINCE, value, f"{told}{_at_begin(incident)}", bool(incident.answered))


def _at_begin(incident: Incident) -> str:
    """Return what the health addresses said when the run began, as the end of a sentence."""
    before = incident.main.plan.before if incident.main else None
    if incident.answered:
        return f"; when the run began: {incident.answered}"
    well = getattr(before, "healthy", False) and incident.seen.responses
    return "; when the run began, the health addresses answered as they should" if well else ""


def _decided(incident: Incident, main: RunRecord, at: Times) -> Figure:
    who = journaled.first(main.journal).get("who", "somebody")
    since = f", {lasting(at.began - at.failing)} after the first error" if at.failing else ""
    return Figure("Decided", incident.when(at.began), f"{who} started the rollback{since}")


def _repaired(incident: Incident, main: RunRecord, at: Times) -> Figure:
    took = incident.took
    if took is None:
        return Figure("Repaired", "not proven", f"the run: {main.state}", True)
    if incident.unverified:
        return Figure("Repaired", "not proven", f"not required, and not well: {', '.join(incident.unverified)}", True)
    return Figure("Repaired", incident.when(at.ended), f"proven {lasting(took)} after the run began")


def _outage(incident: Incident, main: RunRecord) -> Figure:
    lasted = incident.proven.said.get("outage") if incident.proven else None
    if lasted is not None:
        return Figure(
            "Not served in the run",
            lasting(lasted),
            "noted by the host, which asked once a second; errors before that are not counted",
            True,
        )
    if not main.plan.outage:
        return Figure("Not served in the run", "0 s", "nothing was stopped for it")
    return Figure("Not served in the run", "not measured", "services were stopped", True)


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
        return lost, f"kept in: database {before.snapshot}, or if it could not be made, the dump {before.dump}"
    return lost, "no copy was made before"
