"""The schema: where it is, how it got there, what a way back would do, and the way back."""

from __future__ import annotations

from ..core import console, state
from ..core.database import losses, migrate, rehearsal, schema
from ..core.database.copies import database_of as database_of
from ..core.database.copies import snapshot_name as snapshot_name
from ..core.database.copies import snapshot_step as snapshot_step
from ..core.database.schema import Schema
from ..core.database.schema import start_up_upgrade as start_up_upgrade
from ..core.errors import Failed, Refused
from ..core.plan import Expectation, Plan, Step
from ..core.postgres.names import copy_name
from ..core.postgres.psql import Database
from ..core.postgres.swap import swap_script
from ..core.settings import Environment
from ..core.shell import quote
from ..core.task import change, task


def downgrade(environment: Environment, image: str, wanted: Schema, copy: Database | None, run: str) -> str:
    """Return the script of the runbook's "Rollback to Specific Revision", with a safety net.

    It proves the rows that the downgrade leads to. With `copy` (the application is stopped and a
    snapshot was made by this `run`), a failure swaps the snapshot back.
    """
    move = migrate.move(environment, image, "downgrade", wanted.moves, wanted.rows)
    if not copy:
        return move
    snapshot = copy_name(copy.name, "snap", run)
    failed = copy_name(copy.name, "old", run)
    swap = swap_script(copy, snapshot, failed)
    lost = f"the downgrade failed, and {snapshot} could not be swapped back"
    swapped = f"the downgrade failed; the snapshot was swapped back, {failed} holds the failed state"
    return "\n".join(
        [
            f"if sh -c {quote(move)}; then exit 0; fi",  # a shell of its own: `if ( ... )` would switch -e off
            f"sh -c {quote(swap)} || {{ echo {quote(lost)} >&2; exit 1; }}",
            f"echo {quote(swapped)} >&2; exit 1",
        ]
    )


def preview(environment: Environment, image: str, before: str, after: str) -> str:
    """Return the script of the runbook's "Preview Rollback SQL", with the range that alembic asks for."""
    return migrate.alembic(environment, image, "downgrade", f"{before}:{after}", "--sql")


def image_of(c, seen: state.State) -> str:
    """Return the id of the image that the alembic service runs, which holds the newer migrations."""
    service = c.environment.database.alembic.service
    image = next((k.image for k in seen.of(service)), None)
    return image or f"no-container-of-{service}"


def downgrade_step(c, seen: state.State, wanted: Schema, run: str, net: bool) -> Step:
    """Return the step that downgrades with the present image; with `net`, a failure swaps the snapshot back."""
    command = c.environment.database.alembic.command
    copy = database_of(c, seen) if net else None
    return Step(
        name="downgrade",
        title=f"Downgrade the database to {', '.join(wanted.rows) or 'base'}",
        script=downgrade(c.environment, image_of(c, seen), wanted, copy, run),
        commands=tuple(_shown(command, move) for move in wanted.moves),
        stop=migrate.stop(c.environment),
        primary_only=True,
        outage=True,
        back="fab undo",
    )


def _shown(command: str, move: migrate.Move) -> str:
    own = isinstance(move, migrate.OwnSql)
    return f"psql: your SQL in place of {move.revision}'s downgrade" if own else f"{command} downgrade {move}"


def rehearsal_step(c, seen: state.State, wanted: Schema, full: bool = False) -> Step:
    """Return the step that tries the downgrade on a clone while the application still answers."""
    return Step(
        name="rehearse",
        title="Rehearse the downgrade on a clone" + (" with all data" if full else " of the schema"),
        script=rehearsal.downgrade(c.environment, image_of(c, seen), wanted.moves, wanted.rows, full),
        commands=tuple(f"{_shown('alembic', move)}   (on a server of its own)" for move in wanted.moves),
        primary_only=True,
        preparation=True,
    )


def way_down(c, seen: state.State, revision: str | None, own: str | None) -> Schema:
    """Return the way down to `revision`, or by one migration, with the operator's SQL where it was given."""
    return schema.with_own_sql(wanted_by(c, seen, revision), own)


def configured(c) -> None:
    """Raise Refused where hosts.yaml knows of no alembic."""
    if not c.environment.database or not c.environment.database.alembic:
        raise Refused(f"{c.environment.name} has no database.alembic in hosts.yaml. Nothing was changed.")


def needed(c, seen: state.State, commit, revision: str | None = None, own: str | None = None) -> Schema | None:
    """Return what `commit` needs of the schema; None where hosts.yaml knows of no alembic."""
    if not c.environment.database or not c.environment.database.alembic:
        return None
    return schema.with_own_sql(schema.needed_by(c, seen, commit, revision), own)


def wanted_by(c, seen: state.State, revision: str | None) -> Schema:
    """Return the way down to `revision`, or by one migration."""
    configured(c)
    rows = schema.rows_of(c, seen)
    present = schema.present_graph(c, seen)
    return schema.to_revision(present, rows, revision or schema.one_down(present, rows))


@task
def current(c, json=False):
    """Show the database's present revision, read from the database itself."""
    configured(c)
    seen = c.look()
    rows = schema.rows_of(c, seen)
    graph = schema.present_graph(c, seen)
    known = [{"revision": r, "title": graph.revisions[r].title, "head": r in graph.heads()} for r in rows]
    if console.document(known):
        return
    for row in known:
        console.say(f"{row['revision']}{' (head)' if row['head'] else ''}  {row['title']}")
    if not rows:
        console.say("no revision: the database has no alembic table, or an empty one")


@task
def history(c, json=False):
    """Show all migrations, the newest first, and which of them are in the database."""
    configured(c)
    seen = c.look()
    graph = schema.present_graph(c, seen)
    applied = graph.ancestors(schema.rows_of(c, seen))
    found = [graph.revisions[name] for name in reversed(graph.order)]
    if console.document([{"revision": r.id, "title": r.title, "applied": r.id in applied} for r in found]):
        return
    rows = [(r.id, ", ".join(r.down_revisions) or "base", r.title, _mark(r.id, seen, applied)) for r in found]
    console.table(("revision", "follows", "title", ""), rows)


def _mark(name: str, seen: state.State, applied) -> str:
    if name in (seen.revision or []):
        return "current"
    return "" if name in applied else "not applied"


@task
def heads(c, commit=None, json=False):
    """Print the revision that a commit needs, read from git alone."""
    configured(c)
    ref = commit or "HEAD"
    graph = schema.graphs(c, [ref])[ref]
    if not isinstance(graph, schema.Graph):
        raise Refused(f"{ref}: {graph}.")
    if not console.document(graph.heads()):
        for name in graph.heads():
            console.say(name)


@task(name="preview")
def show_preview(c, revision=None):
    """Show the SQL that a downgrade would run, as the runbook's dry run was meant to."""
    seen = c.look()
    wanted = wanted_by(c, seen, revision)
    if not wanted.changes:
        console.say("There is nothing to downgrade.")
        return
    first, last = ",".join(wanted.before), wanted.moves[-1]
    result = c.sh(preview(c.environment, image_of(c, seen), first, last), check=False, timeout=120)
    if result.ok:
        console.say(result.stdout)
        return
    console.say("Alembic cannot print this downgrade as SQL (it looks at the database); its source instead:")
    for found in wanted.downgrades:
        console.say(f"-- {found.path}\n{found.source}")
    if not wanted.downgrades:
        raise Failed("Neither the SQL nor the source of the downgrade can be shown.")


@change
def rehearse(c, revision=None, downgrade_sql=None, full=False):
    """Try a downgrade on a clone of the database, on a server of its own; production is only read."""
    seen = c.look()
    wanted = way_down(c, seen, revision, downgrade_sql)
    if not wanted.changes:
        console.say("There is nothing to downgrade.")
        return None
    facts, _questions = losses.describe(c, seen, wanted, ends=False)
    step = rehearsal_step(c, seen, wanted, full)
    return Plan(
        task="db.rehearse",
        purpose=f"{', '.join(wanted.before)} → {', '.join(wanted.rows) or 'base'}, on a clone",
        steps=[step],
        facts=facts,
        expect=Expectation(revision=wanted.before),
    )


@change(name="downgrade")
def take_back(c, revision=None, downgrade_sql=None, snapshot=True):
    """Downgrade the database by one migration or to a revision, after a snapshot."""
    seen = c.look()
    wanted = way_down(c, seen, revision, downgrade_sql)
    if not wanted.changes:
        console.say(f"The database is at {', '.join(wanted.rows) or 'base'} already.")
        return None
    facts, questions = losses.describe(c, seen, wanted)
    plan = Plan(
        task="db.downgrade",
        purpose=f"{', '.join(wanted.before)} → {', '.join(wanted.rows) or 'base'}",
        steps=[],
        facts=facts,
        questions=questions,
        expect=Expectation(revision=wanted.rows),
        back="fab undo",
        before={"commit": seen.head, "revision": wanted.before},
    )
    others = [
        k.service for k in seen.containers if k.status == "running" and k.service != c.environment.service("database")
    ]
    if others:
        plan.warnings.append(f"{', '.join(others)} run: fab migration-rollback stops them first")
    if snapshot:
        plan.steps.append(snapshot_step(c, seen, plan.run))
        plan.before["snapshot"] = snapshot_name(c, plan.run)
    plan.steps.append(downgrade_step(c, seen, wanted, plan.run, net=snapshot and not others))
    return plan
