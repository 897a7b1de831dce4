"""The runbook's decision tree: from what was seen to code, database, configuration or unknown, and the command."""

from __future__ import annotations

from msgspec import Struct, field

from ..config.settings import Environment
from . import checkup
from .examine import Examined
from .proof import Check

QUIET = (0, 137, 143)  # exit codes of a container that somebody, or the kernel, stopped


class Past(Struct, frozen=True, kw_only=True):
    """The last good commit: `good` (a full hash, or none), why, and what it needs of the schema.

    `chosen`: HEAD itself is where a rollback led. `fit`: "same", "downgrade", or why it cannot be reached.
    """

    good: str = ""
    why: str = ""
    chosen: bool = False
    fit: str = "same"


class Sighting(Struct, frozen=True):
    """One line of evidence: where it was seen, and whether it is a symptom."""

    host: str
    text: str
    symptom: bool


class Diagnosis(Struct, frozen=True, kw_only=True):
    """`kind` is code, database, configuration, unknown or healthy; `command` is what to type."""

    kind: str
    why: str
    command: str
    evidence: list[Sighting] = field(default_factory=list)


def evidence(environment: Environment, looks: dict[str, Examined], past: Past, half: str) -> list[Sighting]:
    """Return what was seen, host by host, what speaks for nothing being wrong as well."""
    found = []
    for number, (host, e) in enumerate(looks.items()):
        checks = checkup.checks(environment, e, primary=number == 0)
        found += [Sighting(host, f"{c.looked_at}: {c.found}", not c.ok) for c in checks]
        found += _settings(host, e)
    found.append(Sighting("", _past(next(iter(looks.values())), past), False))
    return [*found, *([Sighting("", half, True)] if half else [])]


def _settings(host: str, e: Examined) -> list[Sighting]:
    changed, newer = e.reconfigured(), e.newer_files()
    lines = [f"{name} was changed after {', '.join(older)} were made" for name, older in newer.items()]
    if changed:
        lines.append(f"compose would make {', '.join(changed)} anew: other settings")
    return [Sighting(host, line, True) for line in lines] or [
        Sighting(host, "configuration (.env, compose files): as old as the containers, or older", False)
    ]


def _past(e: Examined, past: Past) -> str:
    if past.chosen:
        return f"HEAD {e.seen.head[:12]} is where a rollback led"
    if not past.good:
        return f"no last good commit is known: {past.why}"
    schema = {"same": "the same schema", "downgrade": "an older schema"}.get(past.fit, past.fit)
    return f"the last good commit is {past.good[:12]} ({past.why}); it needs {schema}"


def judge(environment: Environment, looks: dict[str, Examined], past: Past, half: str = "") -> Diagnosis:
    """Return what the tree says; `half` describes a run that stopped half-way."""
    kind, why, command = _verdict(environment, looks, past, half)
    return Diagnosis(kind=kind, why=why, command=command, evidence=evidence(environment, looks, past, half))


def _verdict(environment: Environment, looks: dict[str, Examined], past: Past, half: str) -> tuple[str, str, str]:
    primary = next(iter(looks.values()))
    if half:
        return "unknown", "a run stopped half-way", "fab resume"
    if dead := [host for host, e in looks.items() if not e.seen.engine]:
        return "unknown", f"the Docker engine of {', '.join(dead)} does not answer: start it there", "fab diagnose"
    if database := environment.database and _database(environment, primary, past):
        return database
    for e in looks.values():
        if found := _settings_or_stop(environment, e) or _image(e):
            return found
    if not _symptoms(environment, looks):
        return "healthy", "nothing is wrong that can be seen", "fab verify"
    return _code(past)


def _symptoms(environment: Environment, looks: dict[str, Examined]) -> list[Check]:
    found = (checkup.checks(environment, e, primary=n == 0) for n, e in enumerate(looks.values()))
    return [check for checks in found for check in checks if not check.ok]


def _database(environment: Environment, e: Examined, past: Past) -> tuple[str, str, str] | None:
    service = environment.service("database")
    if e.seen.revision is None:
        return "database", "the database does not answer", f"fab container-restart --service {service or 'database'}"
    if e.heads is None or e.fits:
        return None
    rows, heads = ", ".join(e.seen.revision), ", ".join(e.heads)
    if not rows:
        return "database", "the database has no revision at all: it was emptied", "fab emergency-restore --file latest"
    if e.graph and set(e.seen.revision) <= e.graph.revisions.keys():
        why = f"the database is at {rows}, the code of HEAD needs {heads}: its migration did not go through"
        return _back(past, "code", why)
    if len(e.heads) == 1:
        why = f"the database is at {rows}, which the code of HEAD does not have"
        return "database", why, f"fab migration-rollback --revision {heads}"
    return _back(past, "unknown", f"the database is at {rows}, the code of HEAD needs {heads}")


def _settings_or_stop(environment: Environment, e: Examined) -> tuple[str, str, str] | None:
    if changed := e.reconfigured():
        why = f"{', '.join(changed)} run with settings from before the last change"
        return "configuration", why, "fab container-restart --recreate"
    stopped = [k for k in e.seen.containers if k.service in e.services and k.status == "exited"]
    if stopped and all(k.exit_code in QUIET for k in stopped):
        names = ", ".join(k.name for k in stopped)
        only = f" --service {stopped[0].service}" if len(stopped) == 1 else ""
        return "configuration", f"{names} was stopped, not broken", f"fab container-restart{only}"
    if missing := [s for s in e.services if not e.seen.of(s)]:
        return "configuration", f"{', '.join(missing)} has no container", "fab container-restart --recreate"
    return None


def _image(e: Examined) -> tuple[str, str, str] | None:
    other = e.left_behind()
    if not other:
        return None
    why = f"{', '.join(other)} run another commit than HEAD: it was checked out, not built"
    return "code", why, f"fab code-rollback --commit {e.seen.head[:12]}"


def _code(past: Past) -> tuple[str, str, str]:
    if past.chosen:
        why = "code and schema are those a rollback chose; what is left is what the containers run in"
        return "configuration", why, "fab container-restart"
    return _back(past, "code", "the code changed since the last good commit, schema and configuration did not")


def _back(past: Past, kind: str, why: str) -> tuple[str, str, str]:
    if past.good and past.fit == "same":
        return kind, why, f"fab code-rollback --commit {past.good[:12]}"
    if past.good:
        return "unknown", "code and schema both changed since the last good commit", _full(past)
    return "unknown", "no earlier commit is known to be good", "fab full-rollback"


def _full(past: Past) -> str:
    return f"fab full-rollback --commit {past.good[:12]}"
