"""What a way down destroys: read from each migration's source, counted in the live database."""

from __future__ import annotations

from ..console.errors import Refused
from ..ssh.host import Host
from ..ssh.probe import Probe
from ..tools.alembic import migrations
from ..tools.alembic.revisions import Revision
from ..tools.alembic.schema_change import SchemaChange
from ..tools.postgres import reads
from ..tools.postgres.psql import Database
from . import copies, safety, state
from .ways_out import ways_out


def describe(
    c: Host, seen: state.State, wanted: SchemaChange, ends: bool = True, snapshot: bool = False
) -> tuple[list[str], list[str]]:
    """Return lines that say what each downgrade does, and the questions that have to be asked by name.

    With `ends`, also which sessions will be ended. Raises Refused where a downgrade is known to fail, with
    `snapshot` also where no copy before it would fit.
    """
    found = {r.id: migrations.classify(r.source) for r in wanted.downgrades if r.id not in wanted.overridden}
    _refuse_known_failures(c, seen, wanted, found)
    # What must be known comes first: counting may take longer than is waited for.
    live = copies.database_of(c, seen)
    counts = {key: probe for name, one in found.items() for key, probe in _counts(live, name, one).items()}
    server, sessions, *counted = c.ask(
        reads.optional(reads.server(live)), reads.sessions(live), *map(reads.optional, counts.values())
    )
    answers = dict(zip(counts, counted, strict=True))
    facts, questions = safety.room(c, live, server) if snapshot and server else [], []
    for revision in wanted.downgrades:
        told, to_ask = _describe(revision, found.get(revision.id), answers)
        facts, questions = facts + told, questions + to_ask
    for line in copies.blockers(c, sessions) if ends else ():
        facts.append(f"ends a session that would block it: {line}")
        questions.append(f"This session will be ended: {line}. Go on?")
    return facts, questions


def _describe(
    revision: Revision, downgrade: migrations.Downgrade | None, answers: dict[str, tuple[int, int] | None]
) -> tuple[list[str], list[str]]:
    """Return what one downgrade (None: the operator's own SQL) does, and what has to be asked before it."""
    name = f"{revision.id} ({revision.title})"
    if downgrade is None:
        return [f"takes back {name} by your own SQL"], []
    lost = [_loss(drop, answers[key]) for key, drop in _drops(revision.id, downgrade)]
    grave = downgrade.kind in ("destroys", "nothing")
    why = lost or ([_reasons(downgrade, revision)] if grave else [])
    facts = [f"takes back {name}: {downgrade.kind}", *(f"  {line}" for line in why)]
    return facts, [f"{name}: {'; '.join(why)}. Go on?"] if grave else []


def _refuse_known_failures(
    c: Host, seen: state.State, wanted: SchemaChange, found: dict[str, migrations.Downgrade]
) -> None:
    for revision in wanted.downgrades:
        if revision.id in found and found[revision.id].kind == "raises":
            raise Refused(
                f"{revision.id} ({revision.title}) cannot be taken back: {_reasons(found[revision.id], revision)}. "
                f"Nothing was changed. {ways_out(c, seen, wanted.to_heads)}"
            )


def _reasons(found: migrations.Downgrade, revision: Revision) -> str:
    return "; ".join(f"{revision.path}:{f.line}: {f.reason}" for f in found.findings if f.kind == found.kind)


def _drops(revision: str, downgrade: migrations.Downgrade) -> list[tuple[str, migrations.Finding]]:
    """Return each table or column that a downgrade drops, by the name of the question what is in it."""
    drops = [found for found in downgrade.findings if found.kind == "destroys" and found.table]
    return [(f"rows {revision} {number}", drop) for number, drop in enumerate(drops)]


def _counts(live: Database, revision: str, downgrade: migrations.Downgrade) -> dict[str, Probe[tuple[int, int]]]:
    """Return the probes that count, in the live database, what a downgrade drops."""
    drops = _drops(revision, downgrade)
    return {key: reads.values(live, drop.table, drop.schema or "", drop.column or "") for key, drop in drops}


def _loss(drop: migrations.Finding, counted: tuple[int, int] | None) -> str:
    if not counted:
        return f"{drop.reason}: what it holds could not be counted"
    rows, values = counted
    if drop.column:
        return f"{drop.reason}: {values} values in {rows} rows go"
    deletes = drop.reason.startswith("deletes")
    return f"{drop.reason}: it has {rows}" if deletes else f"{drop.reason}: {rows} rows go"
