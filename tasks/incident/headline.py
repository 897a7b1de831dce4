"""The last incident in a sentence or two: what was done, whether it was proven, and how the deployment is now."""

from __future__ import annotations

from ..console.units import lasting, moment
from ..engine import journaled
from ..engine.record import RunRecord
from ..engine.uptime import words
from ..preflight.checks import health
from ..preflight.present.state import State
from .timeline import Incident

TASKS = {
    "full-rollback": "a full rollback (code, database schema and containers)",
    "code-rollback": "a rollback of the code",
    "migration-rollback": "a rollback of the database's schema",
    "container-restart": "a restart of the containers",
    "emergency-restore": "an emergency restore of the database",
    "undo": "the undoing of an earlier rollback",
}


def of(incident: Incident) -> str:
    """Return what is true in a sentence or two."""
    main, proven = incident.main, incident.proven
    if main is None:
        return f"{incident.environment}: no rollback was run. {present(incident.seen)}"
    outage = f", {words(main.measured)}" if main.measured else ""
    how = "not all of it proven" if incident.unverified else "proven"
    ending = f"{how} {moment(proven.at)}{outage}" if proven else f"not proven: {main.state}"
    half = "; it is applied only in part" if main.partially_applied else ""
    return f"{incident.environment}: {main.plan.task}, {main.plan.purpose}: {ending}{half}. {present(incident.seen)}"


def story(incident: Incident, main: RunRecord) -> str:
    """Return what happened in plain sentences, for somebody who knows none of the commands."""
    first, proven = journaled.first(main.journal), incident.proven
    what = TASKS.get(main.plan.task, f"the task {main.plan.task}")
    began = first.get("at") or 0
    because = f", because: {main.plan.because.rstrip('.')}" if main.plan.because else ""
    begun = f"{first.get('who', 'Somebody')} started {what} on {incident.environment}, {incident.when(began)}{because}."
    half = ", and it is applied only in part" if main.partially_applied else ""
    if not proven or incident.took is None:
        return f"{begun} It is not proven to have worked ({main.state}){half}. {present(incident.seen)}"
    outage = proven.said.get("outage")
    meanwhile = "" if outage is None else f"; the application did not answer for {lasting(outage)} meanwhile"
    left = f", but for what was not required: {', '.join(incident.unverified)}" if incident.unverified else ""
    later = f"{lasting(incident.took)} later{left}{meanwhile}"
    return f"{begun} It was proven on the host {later}. {present(incident.seen)}"


def well(seen: State) -> bool:
    """Return whether a deployment runs, and answers as it should."""
    return bool(seen.containers) and not health.wrong(health.answers(seen)) and not health.not_running(seen)


def present(seen: State) -> str:
    """Return one sentence about a deployment as it is now."""
    bad = [check.line for check in health.wrong(health.answers(seen))]
    bad += [f"{check.looked_at} is {check.found}" for check in health.not_running(seen)]
    bad += [] if seen.containers else ["no container"]
    code = f"{seen.head[:12] or 'an unreadable commit'}" + (f" ({seen.subject})" if seen.subject else "")
    good = "healthy" if seen.responses else "everything runs; no health address is configured"
    return f"Now: {code}, {'NOT healthy: ' + '; '.join(bad) if bad else good}."
