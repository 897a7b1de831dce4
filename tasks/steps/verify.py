"""The runbook's `/verify`: every check a person would make, and what each one looked at."""

from __future__ import annotations

import msgspec

from ..core import checkup, commits, console, display, examine, proof
from ..core.errors import Failed, Refused
from ..core.plan import Expectation
from ..core.proof import Check
from ..core.task import task


@task
def verify(c, commit=None, json=False):
    """Check everything: containers, commit, revision, health, database, logs; exit 1 when anything is wrong."""
    wanted = _hash(c, commit) if commit else None
    found = {member.address: look(member, wanted) for member in c.fleet}
    wrong = [(address, check) for address, checks in found.items() for check in checks if not check.ok]
    if not console.document({"ok": not wrong, "hosts": msgspec.to_builtins(found)}):
        for address, checks in found.items():
            console.say(f"{c.environment.name} ({address})", style="bold")
            display.checks(checks)
    if wrong:
        raise Failed(f"{c.environment.name}: {len(wrong)} wrong: {summary(wrong)}. Next: fab diagnose")
    console.say(f"{c.environment.name}: everything is as it should be.", style="bold green")
    return found


def look(member, commit: str | None = None) -> list[Check]:
    """Return what was found on one host; containers on their way up are waited for first."""
    found = examine.examine(member)
    unsettled: list[Check] = []
    if checkup.young(found):
        settled = proof.wait(member, Expectation(services=found.services, healthy=True))
        unsettled = proof.unsettled(settled)
        found = examine.examine(member)
    primary = member is member.fleet[0]
    return [*checkup.checks(member.environment, found, commit, primary), *unsettled]


def summary(wrong: list[tuple[str, Check]]) -> str:
    """Return what is wrong, in one line."""
    return "; ".join(f"{check.looked_at}: {check.found}" for _, check in wrong)[:600]


def _hash(c, commit: str) -> str:
    answer = c.ask({"commit": commits.show_one(c.environment, commit)})["commit"]
    found = commits.parse_commits(answer.out)
    if not found:
        raise Refused(f"--commit: {commit} is not a commit on {c.host} (fab git.log lists them).")
    return found[0].sha
