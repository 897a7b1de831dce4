"""What a way down destroys: read from each migration's source, counted in the live database."""

from __future__ import annotations

import re

from .. import migrations, state
from ..errors import Refused
from ..postgres import psql as sql
from ..revisions import Revision
from . import copies
from .migrate import WAYS_OUT
from .schema import Schema


def describe(c, seen: state.State, wanted: Schema, ends: bool = True) -> tuple[list[str], list[str]]:
    """Return lines that say what each downgrade does, and the questions that have to be asked by name.

    With `ends`, also which sessions will be ended. Raises Refused where a downgrade is known to fail.
    """
    facts, questions = [], []
    for revision in wanted.downgrades:
        if revision.id in wanted.replaced:
            facts.append(f"takes back {revision.id} ({revision.title}) by your own SQL")
            continue
        found = migrations.classify(revision.source)
        name = f"{revision.id} ({revision.title})"
        if found.kind == "raises":
            raise Refused(f"{name} cannot be taken back: {_reasons(found, revision)}. Nothing was changed. {WAYS_OUT}")
        lost = losses(c, seen, found)
        facts += [f"takes back {name}: {found.kind}", *(f"  {line}" for line in lost)]
        if found.kind in ("destroys", "nothing"):
            questions.append(f"{name}: {'; '.join(lost) or _reasons(found, revision)}. Go on?")
    for line in copies.blockers(c, seen) if ends else ():
        facts.append(f"ends a session that would block it: {line}")
        questions.append(f"This session will be ended: {line}. Go on?")
    return facts, questions


def _reasons(found: migrations.Downgrade, revision: Revision) -> str:
    return "; ".join(f"{revision.path}:{f.line}: {f.reason}" for f in found.findings if f.kind == found.kind)


def losses(c, seen: state.State, downgrade: migrations.Downgrade) -> list[str]:
    """Return a line for each table or column that a downgrade drops, with what is in it now, counted live."""
    drops = [found for found in downgrade.findings if found.kind == "destroys" and found.table]
    if not drops:
        return []
    service = c.environment.service("database") or "db"
    container = next((k.id for k in seen.of(service) if k.status == "running"), "none")
    db = sql.Database(container, c.environment.database.name, c.environment.database.user)
    asked = {str(n): sql.feed(sql.psql(db), _count(drop)) for n, drop in enumerate(drops)}
    answers = c.ask(asked)
    return [_loss(drop, answers[str(n)].out) for n, drop in enumerate(drops)]


def _count(drop: migrations.Finding) -> str:
    table = ".".join(sql.ident(part) for part in (drop.schema, drop.table) if part)
    values = f"count({sql.ident(drop.column)})" if drop.column else "count(*)"
    return f"SELECT '= ' || count(*) || ' ' || {values} FROM {table};"


def _loss(drop: migrations.Finding, out: str) -> str:
    found = re.search(r"^= (\d+) (\d+)$", out, re.MULTILINE)
    if not found:
        return f"{drop.reason}: what it holds could not be counted"
    if drop.column:
        return f"{drop.reason}: {found[2]} values in {found[1]} rows go"
    deletes = drop.reason.startswith("deletes")
    return f"{drop.reason}: it has {found[1]}" if deletes else f"{drop.reason}: {found[1]} rows go"
