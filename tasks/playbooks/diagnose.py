"""The runbook's "Quick Rollback Decision Tree", walked for the operator; nothing is changed."""

from __future__ import annotations

from msgspec import to_builtins

from ..console import terminal as console
from ..console.errors import Refused
from ..preflight.checks import diagnosis, examine, overview
from ..preflight.checks.diagnosis import Diagnosis
from ..preflight.checks.examine import Examined
from ..preflight.checks.verdict import LastGood
from ..preflight.revisions import schema_choice
from ..preflight.target import commit_choice
from ..ssh.host import Host
from ..steps.declare import task


@task
def diagnose(c: Host, json: bool = False) -> Diagnosis:
    """Say whether it is code, database, both, configuration or unknown, by what evidence, and what to type."""
    looks = {member.address: examine.examine(member) for member in c.fleet}
    found = diagnosis.judge(c.environment, looks, _past(c, looks[c.address]), overview.half_done(c))
    if console.emit_json(to_builtins(found)):
        return found
    for line in found.evidence:
        mark, style = ("!", "yellow") if line.symptom else (" ", "dim")
        console.say(f"  {mark} {line.host + ': ' if line.host and len(looks) > 1 else ''}{line.text}", style=style)
    console.say(f"{found.kind}: {found.why}.", style="bold")
    console.say(f"Next: {found.command}")
    return found


def _past(c: Host, e: Examined) -> LastGood:
    """Return the last good commit and how it stands to the database, as far as they can be told."""
    try:
        _, past = commit_choice.candidates(c, 1)
        good, why = commit_choice.find_last_good(c)
    except Refused as refused:
        return LastGood(why=refused.reason)
    return LastGood(commit=good, why=why, chosen=past.chosen, fit=_fit(c, e, good))


def _fit(c: Host, e: Examined, good: str) -> str:
    if e.seen.revision is None:
        return "the database does not say where it is"
    try:
        schema = schema_choice.needed(c, e.seen, commit_choice.resolve(c, good))
    except Refused as refused:
        return refused.reason
    return "downgrade" if schema and schema.changes else "same"
