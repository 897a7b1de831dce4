"""A host that has all that a rollback and a restore will need, as data."""

from __future__ import annotations

from typing import Any

from msgspec import structs

from tasks.preflight.backups.backup_files import Found
from tasks.preflight.history.drills import Drill
from tasks.preflight.history.ledger import Entry
from tasks.preflight.history.past import Past
from tasks.preflight.needs import needs_table
from tasks.preflight.needs.looked import Data, Image, Looked, Target
from tasks.preflight.needs.need import Need
from tasks.tools.alembic.kept_rehearsal import PARTS, Kept
from tasks.tools.git.fitness import Origin
from tests.unit.support.deployment import GOOD, HEAD, NOW, environment, examined, state
from tests.unit.support.reports import DOWN
from tests.unit.support.restoring import BACKUP, server

NEWEST = Found("b/d.dump", 5, 1, "custom", "sha256", ("two",), checked=BACKUP, taken=int(NOW) - 3600, ours=True)
PAST = Past([HEAD, GOOD], ledger=[Entry(event="good", commit=GOOD, subject="good", task="release.record")])
DRILLED = Drill(at=NOW - 3 * 86400, kind="in place", passed=True)
SAME = dict.fromkeys(PARTS, "a")
HOLDS = Kept(at=NOW, rests=SAME, now=SAME)
TARGET = Target(commit=GOOD, images=[Image("api", f"api:{GOOD}", here=True)], change=DOWN, rehearsed=HOLDS)
STORED = {"name": "d", "user": "u", "backups": {"folder": "b", "max_age": "26h"}, "alembic": {"service": "api"}}


def looked(target: dict[str, Any] | None = None, **values: Any) -> Looked:
    """Return what was found on that host, but for what is given; `target`: what of the release to go back to."""
    ordinary = {
        "environment": environment(database=STORED, notify=["json://h"]),
        "address": "u@h:22",
        "user": "u",
        "login": "ssh u@h",
        "settings": "vi hosts.yaml",
        "examined": examined(state(free={"/": 9 * 10**9})),
        "past": PAST,
        "origin": Origin("fetched", HEAD),
        "backups": [NEWEST],
        "target": structs.replace(TARGET, **(target or {})),
        "data": Data(server()),
        "drills": [DRILLED],
        "told": [""],
    }
    return Looked(**{**ordinary, **values})


def judged(k: Looked) -> dict[str, Need]:
    """Return all needs of a host by their names."""
    return {need.name: need for need in needs_table.of(k)}
