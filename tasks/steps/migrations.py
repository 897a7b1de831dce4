"""Where the schema is, how it got there, and what a way back would do: only looked at."""

from __future__ import annotations

from msgspec import to_builtins

from ..console import terminal as console
from ..console.errors import Failed, Refused
from ..console.text import last_line
from ..engine import completion
from ..engine.options import DOWN_TO
from ..preflight import downgrade as preflight
from ..preflight.backups import copies
from ..preflight.present import state
from ..preflight.present.state import State
from ..preflight.revisions import previewed, schema, schema_choice
from ..preflight.revisions.previewed import Previewed
from ..preflight.revisions.schema_choice import DowngradeOptions
from ..ssh.host import Host
from ..tools.alembic import migrate
from ..tools.alembic.migrations.locks import locks
from ..tools.alembic.revisions import Graph
from ..tools.alembic.schema_change import SchemaChange
from .declare import task

DOWNGRADES = "-- Running downgrade"  # what Alembic writes before the SQL of each migration


@task
def current(c: Host, json: bool = False) -> None:
    """Show the database's present revision, read from the database itself."""
    schema.alembic_of(c.environment)
    seen = state.look(c)
    heads = schema.heads_of(c, seen)
    graph = schema.present_graph(c, seen)
    known = [(r, graph.revisions[r].title, r in graph.heads()) for r in heads]
    if console.emit_json([{"revision": r, "title": title, "head": head} for r, title, head in known]):
        return
    for revision, title, head in known:
        console.say(f"{revision}{' (head)' if head else ''}  {title}")
    if not heads:
        console.say("no revision: the database has no alembic table, or an empty one")


@task
def history(c: Host, json: bool = False) -> None:
    """Show all migrations, the newest first, and which of them are in the database."""
    schema.alembic_of(c.environment)
    seen = state.look(c)
    graph = schema.present_graph(c, seen)
    applied = graph.ancestors(schema.heads_of(c, seen))
    found = [graph.revisions[name] for name in reversed(graph.order)]
    completion.remember(c.environment, "revision", (r.id for r in found))
    if console.emit_json([{"revision": r.id, "title": r.title, "applied": r.id in applied} for r in found]):
        return
    standing = {r.id: schema_choice.standing(r.id, seen, applied) for r in found}
    rows = [(r.id, ", ".join(r.down_revisions) or "base", r.title, standing[r.id]) for r in found]
    console.table(("revision", "follows", "title", "state"), rows)


@task(help={"commit": "a hash, tag or branch that the host's checkout knows; without it, HEAD"})
def heads(c: Host, commit: str | None = None, json: bool = False) -> None:
    """Print the revision that a commit needs, read from git or, where its text does not tell, from an image of it."""
    schema.alembic_of(c.environment)
    ref = commit or "HEAD"
    graph = schema.graphs(c, [ref])[ref]
    if not isinstance(graph, Graph):
        raise Refused(f"{ref}: {graph}.")
    if not console.emit_json(graph.heads()):
        for name in graph.heads():
            console.say(name)


@task(help=DOWN_TO)
def preview(c: Host, revision: str | None = None, json: bool = False) -> Previewed:
    """Show the SQL that a downgrade would run, as the runbook's dry run was meant to, and what it does to whom."""
    seen = state.look(c)
    wanted = schema_choice.way_down(c, seen, DowngradeOptions(revision=revision))
    found, why = _previewed(c, seen, wanted) if wanted.changes else (Previewed(sql=""), "")
    if console.emit_json(to_builtins(found)):
        return found
    if not wanted.changes:
        console.say("There is nothing to downgrade.")
        return found
    for line in found.comments:
        console.say(f"-- {line}")
    console.say(found.sql if found.sql is not None else _sources(wanted, why), as_is=True)
    return found


def _previewed(c: Host, seen: State, wanted: SchemaChange) -> tuple[Previewed, str]:
    """Return what the way down does; and what Alembic said, where that is no SQL: an env.py may know none offline."""
    taken_back = previewed.migrations_of(c, copies.database_of(c, seen), wanted)
    result = c.sh(migrate.preview(c.environment, preflight.image_of(c, seen), wanted), check=False, timeout=120)
    sql = result.stdout if result.ok and DOWNGRADES in result.stdout else None
    why = last_line(result.stderr.strip() or result.stdout.strip() or "nothing") if sql is None else ""
    return Previewed(taken_back, sql, locks(sql or "")), why


def _sources(wanted: SchemaChange, why: str) -> str:
    if not wanted.downgrades:
        raise Failed("Neither the SQL nor the source of the downgrade can be shown.")
    said = f"Alembic cannot print this downgrade as SQL, it says: {why}\nIts source instead:"
    return "\n".join([said, *(f"-- {found.path}\n{found.source}" for found in wanted.downgrades)])
