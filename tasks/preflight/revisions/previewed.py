"""What a downgrade would do, as `db.preview` shows it: each finding with its rows, and whom it keeps waiting."""

from __future__ import annotations

from msgspec import Struct, field

from ...ssh.host import Host
from ...ssh.probe import Probe, combined
from ...tools.alembic import migrations
from ...tools.alembic.migrations import Finding, loss
from ...tools.alembic.migrations.locks import Lock
from ...tools.alembic.revisions import Revision
from ...tools.alembic.schema_change import SchemaChange
from ...tools.postgres import reads
from ...tools.postgres.psql import Database

RAW = "raw SQL: "
Counts = dict[Finding, tuple[int, int] | None]
"""Rows, and values of the column, that are in the live database; None where they could not be counted."""


class Found(Struct, frozen=True):
    """One thing that a downgrade does at `line`; `rows` of its table, and `values` in its column, are there now.

    `kind` is reversible, destroys, nothing, raises, unknown, or raw: SQL that only its reader understands.
    """

    kind: str
    line: int
    reason: str
    rows: int | None = None
    values: int | None = None


class Preview(Struct, frozen=True):
    """What the downgrade of one migration does; its `kind` is that of the gravest finding.

    `leaves` are the types that it forgets to drop.
    """

    revision: str
    title: str
    path: str
    kind: str
    findings: list[Found]
    leaves: list[str] = []


class Previewed(Struct, frozen=True):
    """The migrations that are taken back, the SQL (None where Alembic cannot print it) and what that blocks."""

    migrations: list[Preview] = field(default_factory=list)
    sql: str | None = None
    locks: list[Lock] = field(default_factory=list)

    @property
    def comments(self) -> list[str]:
        """All of it but the SQL, as lines."""
        told = []
        for one in self.migrations:
            told.append(f"takes back {one.revision} ({one.title}): {one.kind}")
            told += [
                f"  {one.path}:{found.line}: {found.reason}" for found in one.findings if found.kind != "reversible"
            ]
        return [*told, *(lock.line for lock in self.locks)]


def lost_upwards(c: Host, live: Database, change: SchemaChange) -> list[str]:
    """Return what the upgrade by the same migrations destroys, the rows counted in the database."""
    found = [(one.path, drop) for one in change.downgrades for drop in migrations.upgrade_losses(one.source)]
    counted = c.ask(counts(live, [drop for _, drop in found if drop.table])) if found else {}
    return [
        f"{path}:{drop.line}: {loss(drop, counted[drop]) if drop in counted else drop.reason}" for path, drop in found
    ]


def migrations_of(c: Host, live: Database, change: SchemaChange) -> list[Preview]:
    """Return what the downgrade of each migration does, the rows that it destroys counted in the database."""
    found = [(revision, migrations.classify(revision.source)) for revision in change.downgrades]
    drops = [drop for _, one in found for drop in one.destroyed]
    counted = c.ask(counts(live, drops)) if drops else {}
    return [_preview(revision, one.kind, one.findings, counted) for revision, one in found]


def counts(live: Database, drops: list[Finding]) -> Probe[Counts]:
    """Return the probe of what there is of all `drops`."""
    asked = [reads.optional(reads.values(live, drop.table, drop.schema, drop.column)) for drop in drops]
    parts = {str(number): one for number, one in enumerate(asked)}
    return combined(lambda **found: dict(zip(drops, found.values(), strict=True)), **parts)


def _preview(revision: Revision, kind: str, findings: tuple[Finding, ...], counted: Counts) -> Preview:
    told = [_found(finding, counted.get(finding)) for finding in findings]
    gravest = next(one.kind for one, known in zip(told, findings, strict=True) if known.kind == kind)
    left = migrations.left_types(revision.source)
    return Preview(revision.id, revision.title, revision.path, gravest, told, left)


def _found(finding: Finding, counted: tuple[int, int] | None) -> Found:
    kind = "raw" if finding.reason.startswith(RAW) else finding.kind
    reason = loss(finding, counted) if finding.kind == "destroys" and finding.table else finding.reason
    return Found(kind, finding.line, reason, *(counted or (None, None)))
