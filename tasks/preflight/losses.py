"""What a way down destroys: read from each migration's source, counted in the live database."""

from __future__ import annotations

import re

from ..console.errors import Refused
from ..ssh.shell import Answer
from ..tools.alembic import migrations
from ..tools.alembic.revisions import Revision
from ..tools.alembic.schema_change import SchemaChange
from ..tools.postgres import psql as sql
from ..tools.postgres.report import parse_server
from . import copies, safety, state
from .ways_out import ways_out


def describe(
    c, seen: state.State, wanted: SchemaChange, ends: bool = True, snapshot: bool = False
) -> tuple[list[str], list[str]]:
    """Return lines that say what each downgrade does, and the questions that have to be asked by name.

    With `ends`, also which sessions will be ended. Raises Refused where a downgrade is known to fail, with
    `snapshot` also where no copy before it would fit.
    """
    found = {r.id: migrations.classify(r.source) for r in wanted.downgrades if r.id not in wanted.overridden}
    _refuse_known_failures(c, seen, wanted, found)
    # What must be known comes first: counting may take longer than is waited for.
    asked = {**(copies.questions(c, seen) if ends or snapshot else {}), **_counts(c, seen, found)}
    answers = c.ask(asked) if asked else {}
    facts, questions = _room(c, seen, answers["server"]) if snapshot else [], []
    for revision in wanted.downgrades:
        told, to_ask = _describe(revision, found.get(revision.id), answers)
        facts, questions = facts + told, questions + to_ask
    for line in copies.blockers(c, answers["sessions"]) if ends else ():
        facts.append(f"ends a session that would block it: {line}")
        questions.append(f"This session will be ended: {line}. Go on?")
    return facts, questions


def _room(c, seen: state.State, answer: Answer) -> list[str]:
    live = copies.database_of(c, seen)
    return safety.room(c, live, parse_server(answer.out, live.name)) if answer.ok else []


def _describe(
    revision: Revision, downgrade: migrations.Downgrade | None, answers: dict[str, Answer]
) -> tuple[list[str], list[str]]:
    """Return what one downgrade (None: the operator's own SQL) does, and what has to be asked before it."""
    name = f"{revision.id} ({revision.title})"
    if downgrade is None:
        return [f"takes back {name} by your own SQL"], []
    lost = [_loss(drop, answers[key].out) for key, drop in _drops(revision.id, downgrade)]
    grave = downgrade.kind in ("destroys", "nothing")
    why = lost or ([_reasons(downgrade, revision)] if grave else [])
    facts = [f"takes back {name}: {downgrade.kind}", *(f"  {line}" for line in why)]
    return facts, [f"{name}: {'; '.join(why)}. Go on?"] if grave else []


def _refuse_known_failures(c, seen: state.State, wanted: SchemaChange, found: dict[str, migrations.Downgrade]) -> None:
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


def _counts(c, seen: state.State, found: dict[str, migrations.Downgrade]) -> dict[str, str]:
    """Return the read-only commands that count, in the live database, what the downgrades drop."""
    service = c.environment.service("database") or "db"
    container = next((k.id for k in seen.of(service) if k.status == "running"), "none")
    db = sql.Database(container, c.environment.database.name, c.environment.database.user)
    drops = [drop for revision, downgrade in found.items() for drop in _drops(revision, downgrade)]
    return {key: sql.feed(sql.psql(db), _count(drop)) for key, drop in drops}


def _count(drop: migrations.Finding) -> str:
    """Return SQL that counts rows and values; nothing where they are not there (yet): an error would be logged."""
    table = ".".join(sql.ident(part) for part in (drop.schema, drop.table) if part)
    column = f"AND attname = {sql.literal(drop.column)}" if drop.column else ""
    values = f"count({sql.ident(drop.column)})" if drop.column else "count(*)"
    return (
        "SELECT EXISTS (SELECT FROM pg_attribute WHERE NOT attisdropped"
        f" AND attrelid = to_regclass({sql.literal(table)}) {column}) AS there \\gset\n"
        f"\\if :there\nSELECT '= ' || count(*) || ' ' || {values} FROM {table};\n\\endif"
    )


def _loss(drop: migrations.Finding, out: str) -> str:
    found = re.search(r"^= (\d+) (\d+)$", out, re.MULTILINE)
    if not found:
        return f"{drop.reason}: what it holds could not be counted"
    if drop.column:
        return f"{drop.reason}: {found[2]} values in {found[1]} rows go"
    deletes = drop.reason.startswith("deletes")
    return f"{drop.reason}: it has {found[1]}" if deletes else f"{drop.reason}: {found[1]} rows go"
