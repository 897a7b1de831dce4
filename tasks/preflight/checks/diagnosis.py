"""The runbook's decision tree: from what was seen to code, database, configuration or unknown, and the command."""

from __future__ import annotations

import re

from msgspec import Struct, field

from ...config.settings import Environment
from ...console.commands import HOSTS_FILE, fab
from ...engine.plan import Drift
from ...engine.world import Check
from ..present import drift
from . import checkup, health
from .examine import Examined

UNKNOWN = re.compile(r'(role|database) "[^"]*" does not exist|authentication failed')  # of a server that answers
SILENT = "neither a health address nor a log says why:"


class LastGood(Struct, frozen=True, kw_only=True):
    """The last good commit (a full hash, or none): why it is, and what it needs of the schema.

    `chosen`: HEAD itself is where a rollback led. `fit`: "same", "downgrade", or why that cannot be told.
    """

    commit: str = ""
    why: str = ""
    chosen: bool = False
    fit: str = "same"


class Observation(Struct, frozen=True):
    """One line of evidence: on which host it was seen, and whether it is a symptom."""

    host: str
    text: str
    symptom: bool


class Diagnosis(Struct, frozen=True, kw_only=True):
    """`kind` is code, database, configuration, code and schema, unknown or healthy; `command` is what to type."""

    kind: str
    why: str
    command: str
    evidence: list[Observation] = field(default_factory=list)
    drift: list[Drift] = field(default_factory=list)


Verdict = tuple[str, str, str]
"""Kind, why, and the command to type."""


def judge(environment: Environment, looks: dict[str, Examined], last: LastGood, half: str = "") -> Diagnosis:
    """Return what the tree says of what was seen by host, the primary first.

    Args:
        last: the last good commit.
        half: the line about a run that stopped half-way; empty where there is none.
    """
    checked = {
        host: checkup.checks(environment, e, primary=number == 0) for number, (host, e) in enumerate(looks.items())
    }
    kind, why, command = _verdict(environment, looks, checked, last, half)
    evidence, said = _evidence(environment, looks, checked, last, half), _said(looks)
    drifted = drift.every(e.drifted for e in looks.values())
    if kind != "healthy":
        why = f"{said}; {why}" if said else why
        evidence += _unsaid(looks)
    return Diagnosis(kind=kind, why=why, command=command, evidence=evidence, drift=drifted)


def _said(looks: dict[str, Examined]) -> str:
    """Return what the application itself says is wrong: its health addresses, else the last exceptions in its logs."""
    answered = [r for e in looks.values() for r in e.seen.responses if r.said]
    logged = [n for e in looks.values() for n in e.errors if n.reasoned and not e.crashing]
    lines = [f"{r.url}: {r.found}" for r in answered] or [f"the log of {n.container}: {n.last[:160]}" for n in logged]
    return "; ".join(dict.fromkeys(lines))


def _unsaid(looks: dict[str, Examined]) -> list[Observation]:
    """Return what to read where a health address is wrong and nothing that was seen says why."""
    wrong = any(not r.ok for e in looks.values() for r in e.seen.responses)
    if not wrong or any(r.said for e in looks.values() for r in e.seen.responses):
        return []
    reasoned = any(n.reasoned for e in looks.values() for n in e.noise)
    return [] if reasoned else [Observation("", f"{SILENT} {fab('incident.logs')} fetches all logs", False)]


def _evidence(
    environment: Environment, looks: dict[str, Examined], checked: dict[str, list[Check]], last: LastGood, half: str
) -> list[Observation]:
    """Return what was seen, host by host, what speaks for nothing being wrong as well."""
    found = []
    for host, e in looks.items():
        found += [Observation(host, c.line, not c.ok) for c in checked[host]]
        found += _configuration(environment, host, e)
    found.append(Observation("", _known(next(iter(looks.values())), last), False))
    return [*found, *([Observation("", half, True)] if half else [])]


def _configuration(environment: Environment, host: str, e: Examined) -> list[Observation]:
    where = drift.described_by(environment, e.seen)
    lines = drift.describe(e.drifted.drift, where)
    other = drift.unknown(e.drifted, where) or [f"configuration: as in {where}"]
    return [Observation(host, line, True) for line in lines] or [Observation(host, line, False) for line in other]


def _known(e: Examined, last: LastGood) -> str:
    if last.chosen:
        return f"HEAD {e.seen.head[:12]} is where a rollback led"
    if not last.commit:
        return f"no last good commit is known: {last.why}"
    known = {"same": "it needs the same schema", "downgrade": "it needs an older schema"}
    schema = known.get(last.fit, f"whether the schema fits it cannot be told: {last.fit}")
    return f"the last good commit is {last.commit[:12]} ({last.why}); {schema}"


def _verdict(
    environment: Environment, looks: dict[str, Examined], checked: dict[str, list[Check]], last: LastGood, half: str
) -> Verdict:
    wrong = {host: {check.name for check in health.wrong(found)} for host, found in checked.items()}
    primary = next(iter(looks))
    if half:
        return "unknown", "a run stopped half-way", fab("resume")
    if dead := [host for host, names in wrong.items() if "engine" in names]:
        return "unknown", f"the Docker engine of {', '.join(dead)} does not answer: start it there", fab("diagnose")
    if "database" in wrong[primary]:
        return _silent(environment, looks[primary])
    if "revision" in wrong[primary] and looks[primary].heads is not None:
        return _revision(looks[primary], last)
    for e in looks.values():
        if found := _settings_or_stop(e) or _image(e) or _crash(e, last):
            return found
    if not any(wrong.values()):
        return "healthy", "nothing is wrong that can be seen", fab("verify")
    return _code(last)


def _silent(environment: Environment, e: Examined) -> Verdict:
    service, known = environment.service("database"), environment.database
    said = health.problem(e.seen, "revision")
    if UNKNOWN.search(said):
        why = f"the server answers, but database.name or database.user in {HOSTS_FILE} is not what it has: {said}"
        return "configuration", why, fab("status")
    if known and known.elsewhere:
        why = f"the database does not answer: its server ({known.elsewhere}) is none of this deployment's services"
        return "database", why, fab("verify")
    return "database", "the database does not answer", fab(f"container-restart --service {service or 'database'}")


def _revision(e: Examined, last: LastGood) -> Verdict:
    rows, heads = ", ".join(e.seen.revision or []), ", ".join(e.heads or [])
    if not rows:
        return "database", "the database has no revision at all: it was emptied", fab("emergency-restore --file latest")
    if e.graph and set(e.seen.revision or []) <= e.graph.revisions.keys():
        why = f"the database is at {rows}, the code of HEAD needs {heads}: its migration did not go through"
        return _back(last, "code", why)
    if len(e.heads or []) == 1:
        why = f"the database is at {rows}, which the code of HEAD does not have"
        return "database", why, fab(f"migration-rollback --revision {heads}")
    return _back(last, "unknown", f"the database is at {rows}, the code of HEAD needs {heads}")


def _settings_or_stop(e: Examined) -> Verdict | None:
    if services := e.drifted.services:
        why = f"{', '.join(services)} run with other settings than HEAD describes"
        return "configuration", why, fab("container-restart --recreate")
    stopped = [k for k in e.seen.containers if k.service in e.services and k.status == "exited"]
    if stopped and all(k.stopped for k in stopped):
        names = ", ".join(k.name for k in stopped)
        only = f" --service {stopped[0].service}" if len(stopped) == 1 else ""
        return "configuration", f"{names} was stopped, not broken", fab(f"container-restart{only}")
    if missing := [s for s in e.services if not e.seen.of(s)]:
        return "configuration", f"{', '.join(missing)} has no container", fab("container-restart --recreate")
    return None


def _image(e: Examined) -> Verdict | None:
    other = e.left_behind()
    if not other:
        return None
    why = f"{', '.join(other)} run another commit than HEAD: it was checked out, not built"
    return "code", why, fab(f"code-rollback --commit {e.seen.head[:12]}")


def _crash(e: Examined, last: LastGood) -> Verdict | None:
    if not e.crashing or last.chosen:
        return None
    return "code", health.summary(health.crashes(e)), _back(last, "code")[2]


def _code(last: LastGood) -> Verdict:
    if last.chosen:
        why = "code and schema are those a rollback chose; what is left is what the containers run in"
        return "configuration", why, fab("container-restart")
    return _back(last, "code")


def _back(last: LastGood, kind: str, seen: str = "") -> Verdict:
    """Return the way back to the last good commit; `seen` says why it is of this kind, where anything does."""
    also = f"{seen}; " if seen else ""
    if not last.commit:
        return "unknown", f"{also}no earlier commit is known to be good", fab("full-rollback")
    if last.fit == "same":
        why = seen or "the code changed since the last good commit, schema and configuration did not"
        return kind, why, fab(f"code-rollback --commit {last.commit[:12]}")
    whole = fab(f"full-rollback --commit {last.commit[:12]}")
    if last.fit == "downgrade":
        why = "code and schema both changed since the last good commit: one rollback takes both back"
        return "code and schema", also + why, whole
    return "unknown", f"{also}the code changed since the last good commit, and perhaps the schema: {last.fit}", whole
