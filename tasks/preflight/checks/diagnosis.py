"""What is wrong with a deployment, by the runbook's decision tree, and by what evidence."""

from __future__ import annotations

from msgspec import Struct, field

from ...config.settings import Environment
from ...console.commands import fab
from ...engine.told import Drift
from ...engine.world import Check
from ..present import drift
from . import checkup
from .examine import Examined
from .verdict import LastGood, verdict

SILENT = "neither a health address nor a log says why:"


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


def judge(environment: Environment, looks: dict[str, Examined], last: LastGood, half: str = "") -> Diagnosis:
    """Return what the tree says of what was seen by host, the primary first; `half`: of a run that stopped half-way."""
    checked = {
        host: checkup.checks(environment, e, primary=number == 0) for number, (host, e) in enumerate(looks.items())
    }
    kind, why, command = verdict(environment, looks, checked, last, half)
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
    lines = drift.lines(e.drifted, where) or [f"configuration: as in {where}"]
    return [Observation(host, line, bool(e.drifted.drift)) for line in lines]


def _known(e: Examined, last: LastGood) -> str:
    if last.chosen:
        return f"HEAD {e.seen.head[:12]} is where a rollback led"
    if not last.commit:
        return f"no last good commit is known: {last.why}"
    known = {"same": "it needs the same schema", "downgrade": "it needs an older schema"}
    schema = known.get(last.fit, f"whether the schema fits it cannot be told: {last.fit}")
    return f"the last good commit is {last.commit[:12]} ({last.why}); {schema}"
