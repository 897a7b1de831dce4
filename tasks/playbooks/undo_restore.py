"""The way back from a restore: the database that it left beside gets its name again."""

from __future__ import annotations

from ..console.errors import Refused
from ..engine.plan import Expectation, Plan
from ..preflight import backup_fit as fit
from ..preflight import copies, state
from ..preflight.costs import costs
from ..steps.builders import containers, database
from ..tools.postgres.names import copy_name


def plan(c, known) -> Plan:
    """Return the plan that takes the run `known` back; Refused where it dropped what would have to come back."""
    before, seen = known.plan.before, state.look(c)
    live = copies.database_of(c, seen)
    _refuse_dropped(c, known, live)
    old, stopped = before.get("swapped", ""), before.get("stopped", [])
    there = bool(old) and copies.there(c, live, old)
    what = f"{old} becomes {live.name} again" if there else "start again"
    made = Plan(
        task="undo",
        purpose=f"run {known.run} ({known.plan.task}): {what}",
        steps=[],
        facts=costs(c, live, old, restore=True) if there else [f"{live.name} was not replaced"],
        expect=Expectation(
            revision=before.get("revision"),
            services=before.get("running", []),
            healthy=bool(before.get("healthy") or seen.healthy),
        ),
        back="fab undo" if there else "",
        undoes=known.run,
    )
    made.before = {**before, "revision": seen.revision, "healthy": seen.healthy}
    made.before["swapped"] = copy_name(live.name, "old", made.run)
    if not made.expect.healthy:
        made.warnings.append("the application was not healthy then, nor is it now: that it answers is not demanded")
    if there:
        _ask_whether_the_code_fits(c, made, seen, old)
        made.steps = [
            *([containers.stop_step(c.environment, stopped)] if stopped else []),
            database.swap_step(live, old, made.run),
        ]
    if stopped:
        made.steps.append(containers.wake_step(c.environment, stopped))
    return made


def _ask_whether_the_code_fits(c, made: Plan, seen, old: str) -> None:
    """Tell what the database `old` that comes back carries; ask where the code that is checked out needs another."""
    if made.expect.revision is None:
        return
    judged = fit.judge(c, seen, tuple(made.expect.revision))
    made.facts.append(f"{old}: {judged.text}")
    if judged.kind not in ("same", "untold"):
        made.questions.append(f"Code and database will not fit: {judged.text} Go on?")


def _refuse_dropped(c, known, live) -> None:
    """Raise Refused where the live database was dropped; not where that was tried, and it stands."""
    steps = zip(known.steps, known.plan.steps, strict=True)
    drop = next((told for told, step in steps if step.name == "drop" and told.tries), None)
    if drop is None or (drop.state != "done" and copies.stands(c, live)):
        return
    if not known.over:
        raise Refused(f"Run {known.run} was dropping the database: only forwards from here. Next: fab resume")
    back = known.plan.back or "none"
    raise Refused(f"Run {known.run} dropped the database in its place: there is nothing to swap. Its way back: {back}.")
