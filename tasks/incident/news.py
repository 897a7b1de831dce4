"""What the team is told of a run, in a few plain lines: what, who, why, outage, data, what comes next."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from ..console.commands import fab, render
from ..console.units import lasting
from ..engine import display, journal, journaled
from ..engine.plan import Plan
from ..engine.record import RunRecord
from ..engine.world import Outcome, Turn
from ..ssh.host import Host
from ..tools.secrets import Secrets
from . import headline, impact
from .timeline import Incident

QUOTED = "  | "  # how the lines of a log begin in the description of a failure
WRITE = fab("incident.report --output report.html")


class News(Struct, frozen=True):
    """A message: its title, and its text."""

    title: str
    text: str


def of_turn(host: Host, plan: Plan, turn: Turn, hidden: Secrets) -> News:
    """Return what is told of a run that takes a turn just now."""
    name, owner = host.environment.name, journal.owner(plan)
    title = {"start": "taken up again" if turn.again else "started", "success": _ended(turn.outcome)}
    about = [
        ("What", f"{plan.task}, {plan.purpose}"),
        ("Where", display.where(host)),
        ("Who", f"{owner['who']} from {owner['machine']}"),
        ("Because", plan.because),
    ]
    told = {"start": _start, "success": _success, "failure": _failure}[turn.kind](plan, turn)
    return _news(f"{name}: {plan.task} {title.get(turn.kind, 'FAILED')}", [*about, *told], hidden)


def _ended(outcome: Outcome | None) -> str:
    return journaled.NOT_ALL if outcome and outcome.left_out else "done and verified"


def _news(title: str, lines: Iterable[tuple[str, str]], hidden: Secrets) -> News:
    text = "\n".join(f"{heading}: {text}" if heading else text for heading, text in lines if text)
    return News(hidden.mask(title), hidden.mask(render(text)))


def _start(plan: Plan, _turn: Turn) -> list[tuple[str, str]]:
    stopped = [str(number) for number, step in enumerate(plan.steps, start=1) if step.outage]
    steps = " to ".join(dict.fromkeys([*stopped[:1], *stopped[-1:]]))
    return [("Outage", f"expected in step {steps} of {len(plan.steps)}" if steps else "none expected"), *_data(plan)]


def _success(plan: Plan, turn: Turn) -> list[tuple[str, str]]:
    lasted = turn.outcome.outage if turn.outcome else None
    return [
        ("Outage", outage(plan, lasted)),
        *_data(plan),
        ("Proven", _proven(turn.outcome)),
        ("Next", f"the report: {WRITE}" + (f"; the way back: {plan.way_back}" if plan.way_back else "")),
    ]


def _failure(plan: Plan, turn: Turn) -> list[tuple[str, str]]:
    """Return what the operator reads of the failure, without the lines of a log: they may hold anything."""
    lines = [line.strip() for line in turn.why.splitlines() if not line.startswith(QUOTED)]
    return [("Why", lines[0] if lines else "unknown"), *(("", line) for line in lines[1:]), *_data(plan)]


def _proven(outcome: Outcome | None) -> str:
    if outcome is None:
        return ""
    left = [f"left out: {', '.join(outcome.left_out)}"] if outcome.left_out else []
    return "; ".join([*(check.line for check in outcome.checks), *left])


def _data(plan: Plan) -> list[tuple[str, str]]:
    return [("Data lost", "; ".join(part for part in impact.data(plan) if part))]


def outage(plan: Plan, lasted: float | None) -> str:
    """Return how long the application did not answer because of a run; `lasted` in seconds, None: not known."""
    if lasted is not None:
        return f"{lasting(lasted)} during the run"
    return "not measured" if plan.outage else "none: the application went on"


def of_incident(incident: Incident, message: str = "") -> News:
    """Return what is told of the last incident, and of how the deployment is now; `message` comes first."""
    about = _about(incident, incident.main) if incident.main else []
    lines = [("", message), ("", headline.of(incident)), *about]
    return _news(f"Rollback on {incident.environment}", lines, incident.secrets)


def _about(incident: Incident, main: RunRecord) -> Iterable[tuple[str, str]]:
    proven, documented = incident.proven, incident.last("documented")
    first = journaled.first(main.journal)
    yield "Who", f"{first.get('who', '?')} from {first.get('machine', '?')}, {incident.when(first.get('at') or 0)}"
    yield "Because", main.plan.because
    yield "Why", incident.cause.line if incident.cause else incident.answered or "not known yet"
    yield "Outage", outage(main.plan, proven.said.get("outage")) if proven else "not over, or not proven to be"
    yield from _data(main.plan)
    yield "Next", _next(incident, main)
    yield "Report", str(documented.said.get("what")) if documented else f"not written yet: {WRITE}"


def _next(incident: Incident, main: RunRecord) -> str:
    if main.partially_applied:
        return fab("resume")
    if not incident.proven or not headline.well(incident.seen):
        return fab("diagnose")
    return f"nothing; the way back: {main.plan.way_back}" if main.plan.way_back else "nothing"
