"""The runbook's decision tree: from what was seen to code, database, configuration or unknown, and the command."""

from __future__ import annotations

import re

from msgspec import Struct

from ...config.settings import Environment
from ...console.commands import HOSTS_FILE, fab
from ...engine.world import Check
from . import health
from .examine import Examined

UNKNOWN = re.compile(r'(role|database) "[^"]*" does not exist|authentication failed')  # of a server that answers
OTHER_TABLE = "database.alembic.schema"  # what rows.sh says where Alembic's table is another one
INSIDE = ("environment", "command", "entrypoint", "volumes", "image")  # drift that can be why a program ends


class LastGood(Struct, frozen=True, kw_only=True):
    """The last good commit (a full hash, or none): why it is, and what it needs of the schema.

    `chosen`: HEAD itself is where a rollback led. `fit`: "same", "downgrade", or why that cannot be told.
    """

    commit: str = ""
    why: str = ""
    chosen: bool = False
    fit: str = "same"


Verdict = tuple[str, str, str]
"""Kind, why, and the command to type."""


def verdict(
    environment: Environment, looks: dict[str, Examined], checked: dict[str, list[Check]], last: LastGood, half: str
) -> Verdict:
    """Return the first branch of the tree that fits what was seen by host, the primary first, and `checked` there."""
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
    if OTHER_TABLE in said:
        return "configuration", f"the database answers, but {said}", fab("status")
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
    loops = {k.service for k in e.crashing}
    drift = [one for one in e.drifted.drift if one.service not in e.drifted.by_shell]
    drift = [one for one in drift if not loops or (one.service in loops and one.what in INSIDE)]
    if services := sorted({one.service for one in drift}):
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
