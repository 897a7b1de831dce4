"""The runbook's `/verify`: every check a person would make, and what each one looked at."""

from __future__ import annotations

import msgspec

from ..core import console
from ..core.checks import checkup
from ..core.code import commits
from ..core.errors import Failed, Refused
from ..core.execution import display
from ..core.task import task


@task
def verify(c, commit=None, json=False):
    """Check everything: containers, commit, revision, health, database, logs; exit 1 when anything is wrong."""
    wanted = _hash(c, commit) if commit else None
    found = {member.address: checkup.look(member, wanted) for member in c.fleet}
    wrong = [(address, check) for address, checks in found.items() for check in checks if not check.ok]
    if not console.document({"ok": not wrong, "hosts": msgspec.to_builtins(found)}):
        for address, checks in found.items():
            console.say(f"{c.environment.name} ({address})", style="bold")
            display.checks(checks)
    if wrong:
        what = checkup.summary([check for _, check in wrong])
        raise Failed(f"{c.environment.name}: {len(wrong)} wrong: {what}. Next: fab diagnose")
    console.say(f"{c.environment.name}: everything is as it should be.", style="bold green")
    return found


def _hash(c, commit: str) -> str:
    answer = c.ask({"commit": commits.show_one(c.environment, commit)})["commit"]
    found = commits.parse_commits(answer.out)
    if not found:
        raise Refused(f"--commit: {commit} is not a commit on {c.host} (fab git.log lists them).")
    return found[0].sha
