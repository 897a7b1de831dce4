"""The runbook's "Rollback Checklist", ticked from what really happened."""

from __future__ import annotations

from msgspec import Struct

from ..console.units import moment
from ..engine.plan import Effect, Expectation
from .record import Incident, unhealthy

KINDS = {
    "code-rollback": "code",
    "migration-rollback": "database",
    "emergency-restore": "database",
    "container-restart": "configuration",
    "full-rollback": "unknown, so everything was brought back",
}


class Item(Struct, frozen=True):
    """A line of the runbook's checklist; `command` does what is not done."""

    text: str
    done: bool
    evidence: str
    command: str = ""


def checklist(incident: Incident) -> list[Item]:
    """Return the runbook's "Rollback Checklist", ticked from what really happened."""
    return [
        _identified(incident),
        _found(incident),
        _stepped(incident, "Stopped affected services", "stops", "fab containers.stop"),
        _reverted(incident),
        _restarted(incident),
        _verified(incident),
        _told(incident, "Communicated status to team", "notified", "fab incident.notify"),
        _told(incident, "Documented the incident", "documented", "fab incident.report --output FILE"),
    ]


def _identified(incident: Incident) -> Item:
    task = incident.main.plan.task if incident.main else ""
    kind = KINDS.get(task)
    evidence = f"{kind} ({task}, run {incident.main.run})" if kind else "no playbook was run for a type of issue"
    return Item("Identified the issue type", bool(kind), evidence, "fab diagnose")


def _found(incident: Incident) -> Item:
    expect = incident.main.plan.expect if incident.main else Expectation()
    parts = [
        f"commit {expect.commit[:12]}" if expect.commit else "",
        f"revision {', '.join(expect.revision) or 'none'}" if expect.revision is not None else "",
    ]
    evidence = ", ".join(filter(None, parts))
    said = f"{evidence} (run {incident.main.run})" if evidence else "no run names a state to go back to"
    return Item("Found the last known good state", bool(evidence), said, "fab git.last-good")


def _stepped(incident: Incident, text: str, effect: Effect, command: str) -> Item:
    entry = incident.done(effect)
    evidence = f"step {entry.said['step']} of run {entry.run}, {moment(entry.at)}" if entry else "no run did it"
    return Item(text, entry is not None, evidence, command)


def _reverted(incident: Incident) -> Item:
    text, checks = (
        "Reverted to previous state",
        [c for c in incident.checks if c.name in ("commit", "revision", "image")],
    )
    if not checks:
        return Item(text, False, "no run went back to a commit or a revision", "fab full-rollback")
    wrong = [c for c in checks if not c.ok]
    if incident.proven is None or wrong:
        found = (
            "; ".join(f"{c.looked_at}: {c.found}" for c in wrong) or f"run {incident.main.run}: {incident.main.state}"
        )
        return Item(text, False, found, "fab resume" if incident.main.half else "fab full-rollback")
    return Item(text, True, "; ".join(f"{c.looked_at}: {c.found}" for c in checks))


def _restarted(incident: Incident) -> Item:
    item = _stepped(incident, "Restarted services", "starts", "fab containers.start")
    down = [f"{c.name}: {c.status} {c.health}".strip() for c in incident.seen.containers if not c.running]
    if not item.done or not incident.seen.containers or down:
        return Item(item.text, False, "; ".join(down) or item.evidence, item.command)
    return item


def _verified(incident: Incident) -> Item:
    entry, text = incident.proven, "Verified functionality with `fab verify`"
    wrong = [f"{c.looked_at}: {c.found}" for c in incident.checks if not c.ok] + unhealthy(incident.seen)
    if entry and not wrong:
        answers = ", ".join(f"{r.url} {r.code}" for r in incident.seen.responses) or "no health address"
        return Item(text, True, f"run {entry.run} proven {moment(entry.at)}; now: {answers}")
    return Item(text, False, "; ".join(dict.fromkeys(wrong)) or "no run was proven", "fab verify")


def _told(incident: Incident, text: str, event: str, command: str) -> Item:
    entry = incident.last(event)
    evidence = f"{entry.said.get('what', event)}, {moment(entry.at)}" if entry else "nothing is journaled"
    return Item(text, entry is not None, evidence, command)
