"""The runbook's "Rollback Checklist", ticked from what really happened."""

from __future__ import annotations

from msgspec import Struct

from ..console.commands import fab
from ..engine.plan import Effect, Expectation
from ..preflight.checks import health
from . import happened
from .timeline import Incident

IDENTIFIED = "Identified the issue type"
KINDS = {
    "code-rollback": "code",
    "migration-rollback": "database",
    "emergency-restore": "database",
    "container-restart": "configuration",
}
BROUGHT_BACK = ("commit", "revision", "image")  # the checks that tell a state to go back to


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
        _stepped(incident, "Stopped affected services", "stops", fab("containers.stop")),
        _reverted(incident),
        _restarted(incident),
        _verified(incident),
        _noted(incident, "Communicated status to team", "notified", fab("incident.notify")),
        _noted(incident, "Documented the incident", "documented", fab("incident.report --output FILE")),
    ]


def _identified(incident: Incident) -> Item:
    """Return whether a type is known: by the playbook that was chosen for it, or by what the logs say broke."""
    main, text = incident.main, IDENTIFIED
    if main and (kind := KINDS.get(main.plan.task)):
        return Item(text, True, f"{kind} ({main.plan.task}, run {main.run})")
    if incident.cause:
        return Item(text, True, f"code: {incident.cause.line}")
    evidence = f"no error in the logs that run {main.run} kept says which" if main else "no playbook was run"
    return Item(text, False, evidence, fab("diagnose"))


def _found(incident: Incident) -> Item:
    """Return whether the run proved healthy what it went back to: only that is known to be good."""
    text, main = "Found the last known good state", incident.main
    named = _named(main.plan.expect) if main else ""
    if main is None or not named:
        return Item(text, False, "no run names a state to go back to", fab("git.last-good"))
    if incident.proven and main.plan.expect.healthy:
        return Item(text, True, f"{named}, proven {_how(incident, main.run)}")
    return Item(text, False, f"{named}: run {main.run} did not prove it healthy", fab("git.last-good"))


def _how(incident: Incident, run: str) -> str:
    """Return by what it was proven: addresses are asked where hosts.yaml names any."""
    if incident.seen.responses:
        return f"healthy by run {run}"
    own = sorted({container.service for container in incident.seen.containers if container.health})
    checks = f"healthy by run {run}: by the health checks of {', '.join(own)}" if own else f"to run by run {run}"
    return f"{checks}; no health address is named"


def _named(expect: Expectation) -> str:
    parts = [
        f"commit {expect.commit[:12]}" if expect.commit else "",
        f"revision {', '.join(expect.revision) or 'none'}" if expect.revision is not None else "",
    ]
    return ", ".join(filter(None, parts))


def _stepped(incident: Incident, text: str, effect: Effect, command: str) -> Item:
    """Return whether a run had the effect; one that was proven without, and never meant to, did not need it."""
    entry, main = incident.done(effect), incident.main
    if entry and main:
        evidence = f"{happened.title(main, entry)} (run {entry.run}), done {incident.when(entry.at)}"
        return Item(text, True, evidence, command)
    if main and incident.proven and not any(effect in step.effects for step in main.plan.steps):
        return Item(text, True, f"not needed: run {main.run} was proven without", command)
    return Item(text, False, "no run did it", command)


def _reverted(incident: Incident) -> Item:
    text, main = "Reverted to previous state", incident.main
    checks = [check for check in incident.checks if check.name in BROUGHT_BACK]
    if not checks or main is None:
        return Item(text, False, "no run went back to a commit or a revision", fab("full-rollback"))
    if incident.proven and not health.wrong(checks):
        return Item(text, True, "; ".join(check.line for check in checks))
    evidence = health.summary(checks) or f"run {main.run}: {main.state}"
    left = main.partially_applied or main.unproven
    return Item(text, False, evidence, fab("resume") if left else fab("full-rollback"))


def _restarted(incident: Incident) -> Item:
    """Return whether services were restarted, and run: a start mends what was stopped, and nothing that is ill."""
    ill = any(not (container.running or container.stopped) for container in incident.seen.containers)
    item = _stepped(incident, "Restarted services", "starts", fab("diagnose" if ill else "containers.start"))
    down = "; ".join(check.line for check in health.not_running(incident.seen))
    if not item.done or not incident.seen.containers or down:
        return Item(item.text, False, down or item.evidence, item.command)
    return item


def _verified(incident: Incident) -> Item:
    entry, text = incident.proven, "Verified functionality with `fab verify`"
    answers = health.answers(incident.seen)
    wrong = health.wrong([*incident.checks, *answers])
    if entry and not wrong:
        now = ", ".join(f"{check.looked_at} {check.found}" for check in answers) or "no health address"
        return Item(text, True, f"run {entry.run} proven {incident.when(entry.at)}; now: {now}")
    return Item(
        text, False, "; ".join(dict.fromkeys(check.line for check in wrong)) or "no run was proven", fab("verify")
    )


def _noted(incident: Incident, text: str, event: str, command: str) -> Item:
    entry = incident.last(event)
    evidence = f"{entry.said.get('what', event)}, {incident.when(entry.at)}" if entry else "nothing is journaled"
    return Item(text, entry is not None, evidence, command)
