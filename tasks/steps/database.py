"""The schema: where it is, how it got there, what a way back would do, and the way back."""

from __future__ import annotations

from ..console import terminal as console
from ..console.errors import Failed, Refused
from ..engine.options import DOWN_TO
from ..engine.task import change, task


@task
def current(c, json=False):
    """Show the database's present revision, read from the database itself."""
    from ..preflight import schema, state

    schema.alembic_of(c.environment)
    seen = state.look(c)
    rows = schema.heads_of(c, seen)
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
    from ..preflight import schema, state
    from ..preflight import schema_choice as choice

    schema.alembic_of(c.environment)
    seen = state.look(c)
    graph = schema.present_graph(c, seen)
    applied = graph.ancestors(schema.heads_of(c, seen))
    found = [graph.revisions[name] for name in reversed(graph.order)]
    if console.document([{"revision": r.id, "title": r.title, "applied": r.id in applied} for r in found]):
        return
    rows = [(r.id, ", ".join(r.down_revisions) or "base", r.title, choice.standing(r.id, seen, applied)) for r in found]
    console.table(("revision", "follows", "title", ""), rows)


@task(help={"commit": "a hash, tag or branch that the host's checkout knows; without it, HEAD"})
def heads(c, commit=None, json=False):
    """Print the revision that a commit needs, read from git alone."""
    from ..preflight import schema
    from ..tools.alembic import revisions

    schema.alembic_of(c.environment)
    ref = commit or "HEAD"
    graph = schema.graphs(c, [ref])[ref]
    if not isinstance(graph, revisions.Graph):
        raise Refused(f"{ref}: {graph}.")
    if not console.document(graph.heads()):
        for name in graph.heads():
            console.say(name)


@task(help=DOWN_TO)
def preview(c, revision=None):
    """Show the SQL that a downgrade would run, as the runbook's dry run was meant to."""
    from ..preflight import schema_choice as choice
    from ..preflight import state
    from .builders import database as steps

    seen = state.look(c)
    wanted = choice.way_down(c, seen, revision)
    if not wanted.changes:
        console.say("There is nothing to downgrade.")
        return
    first, last = ",".join(wanted.from_heads), wanted.moves[-1]
    script = steps.preview(c.environment, steps.image_of(c, seen), first, last)
    result = c.sh(script, check=False, timeout=120)
    if result.ok:
        console.say(result.stdout)
        return
    console.say("Alembic cannot print this downgrade as SQL (it looks at the database); its source instead:")
    for found in wanted.downgrades:
        console.say(f"-- {found.path}\n{found.source}")
    if not wanted.downgrades:
        raise Failed("Neither the SQL nor the source of the downgrade can be shown.")


@change
def rehearse(c, commit=None, revision=None, downgrade_sql=None, full=False):
    """Try a downgrade, and the target's image, on a clone of the database; the database itself is only read."""
    from ..engine.plan import Expectation, Plan
    from ..preflight import losses, schema, state
    from ..preflight import schema_choice as choice
    from ..preflight import trial_choice as trial
    from ..preflight.commit_choice import resolve
    from .builders import database as steps

    schema.alembic_of(c.environment)
    seen = state.look(c)
    target = resolve(c, commit) if commit else None
    if target:
        wanted = choice.needed(c, seen, target, revision, downgrade_sql)
    else:
        wanted = choice.way_down(c, seen, revision, downgrade_sql)
    if not wanted.changes:
        console.say("There is nothing to downgrade.")
        return None
    facts, _questions = losses.describe(c, seen, wanted, ends=False)
    tried, fact = trial.choose(c, seen, wanted, target)
    return Plan(
        task="db.rehearse",
        purpose=f"{', '.join(wanted.from_heads)} → {wanted.goal}, on a clone",
        steps=[steps.rehearsal_step(c, seen, wanted, full, tried)],
        facts=[*facts, fact],
        expect=Expectation(revision=wanted.from_heads),
    )


@change(help=DOWN_TO)
def downgrade(c, revision=None, downgrade_sql=None, snapshot=True):
    """Downgrade the database by one migration or to a revision, after a snapshot."""
    from ..engine.plan import Expectation, Plan
    from ..preflight import losses, state
    from ..preflight import schema_choice as choice
    from .builders import database as steps
    from .builders import snapshots as net

    seen = state.look(c)
    wanted = choice.way_down(c, seen, revision, downgrade_sql)
    if not wanted.changes:
        console.say(f"The database is at {wanted.goal} already.")
        return None
    facts, questions = losses.describe(c, seen, wanted, snapshot=snapshot)
    plan = Plan(
        task="db.downgrade",
        purpose=f"{', '.join(wanted.from_heads)} → {wanted.goal}",
        steps=[],
        facts=facts,
        questions=questions,
        expect=Expectation(revision=wanted.to_heads, redundant=wanted.implied),
        back="fab undo",
        before={"commit": seen.head, "revision": wanted.from_heads},
    )
    others = [
        k.service for k in seen.containers if k.status == "running" and k.service != c.environment.service("database")
    ]
    if others:
        plan.warnings.append(f"{', '.join(others)} run: fab migration-rollback stops them first")
    if snapshot:
        plan.steps.append(net.snapshot_step(c, seen, plan.run))
        plan.before |= net.kept(c, plan.run)
    plan.steps.append(steps.downgrade_step(c, seen, wanted, plan.run, snapshot=snapshot and not others))
    return plan
