"""The runbook's "Quick Rollback Decision Tree", walked for the operator; nothing is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..console import terminal as console
from ..console.errors import Refused
from ..engine.task import task

if TYPE_CHECKING:
    from ..preflight.diagnosis import LastGood
    from ..preflight.examine import Examined


@task
def diagnose(c, json=False):
    """Say whether it is code, database, configuration or unknown, by what evidence, and what to type."""
    from msgspec import to_builtins

    from ..preflight import diagnosis, examine, overview

    looks = {member.address: examine.examine(member) for member in c.fleet}
    primary = looks[c.address]
    found = diagnosis.judge(c.environment, looks, _past(c, primary), overview.half_done(c))
    if console.document(to_builtins(found)):
        return found
    for line in found.evidence:
        mark, style = ("!", "yellow") if line.symptom else (" ", "dim")
        console.say(f"  {mark} {line.host + ': ' if line.host and len(looks) > 1 else ''}{line.text}", style=style)
    console.say(f"{found.kind}: {found.why}.", style="bold")
    console.say(f"Next: {found.command}")
    return found


def _past(c, e: Examined) -> LastGood:
    """Return the last good commit and how it stands to the database, as far as they can be told."""
    from ..preflight import commit_choice as choice
    from ..preflight.diagnosis import LastGood

    try:
        _, past = choice.candidates(c, 1)
        chosen = past.chosen
        good, why = choice.find_last_good(c)
    except Refused as refused:
        return LastGood(why=str(refused))
    return LastGood(commit=good, why=why, chosen=chosen, fit=_fit(c, e, good))


def _fit(c, e: Examined, good: str) -> str:
    from ..preflight import commit_choice as choice
    from ..preflight import schema_choice as schemas

    if e.seen.revision is None:
        return "a schema that cannot be compared"
    try:
        schema = schemas.needed(c, e.seen, choice.resolve(c, good))
    except Refused as refused:
        return str(refused)
    return "downgrade" if schema and schema.changes else "same"
