"""What plans on backups are made of."""

from __future__ import annotations

from ...console.errors import Refused
from ...console.units import age
from ...engine.plan import Plan
from ...preflight import backup_check as check
from ...preflight import restore as look
from ...preflight.restore import Sight
from ...tools.postgres.psql import Database
from ...tools.postgres.reads import rows_script, server_script
from ...tools.postgres.report import Server, parse_server, parse_tables


def server(c, db: Database) -> Server:
    """Return what the database server holds; Refused where it does not answer."""
    answer = c.ask({"server": server_script(db)})["server"]
    if not answer.ok:
        raise Refused(f"{c.address}: {answer.err}. Nothing was changed.")
    return parse_server(answer.out, db.name)


def target(c, db: Database) -> check.Target:
    """Return what a backup would replace, its tables counted if that can be done in time."""
    answers = c.ask({"server": server_script(db), "rows": rows_script(db)}, timeout=look.COUNTING)
    rows = {name: t.rows for name, t in parse_tables(answers["rows"].out).items()} if answers["rows"].ok else None
    return look.target(c, db, parse_server(answers["server"].out, db.name), rows)


def revision(sight: Sight) -> list[str] | None:
    """Return the rows of Alembic's table that a restore must lead to; None where the start-up may move them."""
    return None if sight.fit.upgrade else list(sight.section.revisions)


def questions(sight: Sight) -> list[str]:
    """Return what has to be asked by name."""
    return [] if sight.fit.kind in ("same", "untold") else [f"Code and backup do not fit: {sight.fit.text} Go on?"]


def kept(plan: Plan) -> list[str]:
    """Return the line that says where the present data stay."""
    old = plan.before.get("swapped")
    return [f"what is in the database now stays, as {old}; fab undo swaps it back"] if old else []


def superfluous(server: Server) -> list:
    """Return the copies that may go: unfinished ones, and all old and snapshot ones but the last made.

    Its name has the operator's time, its age the server's: where their clocks disagree, what is the last by
    either of them stays.
    """
    whole = [m for m in server.copies if m.copy.kind != "new"]
    dated = [m for m in whole if m.age is not None]
    named, made = lambda m: m.copy.id, lambda m: (-m.age, m.copy.id)
    last = [max(whole, key=named, default=None), max(dated, key=made, default=None)]
    return [m for m in server.copies if m not in last]


def made(copy) -> str:
    """Return how old a copy of the database is, where that is known, to follow its size."""
    return "" if copy.age is None else f", {age(copy.age)} old"
