"""The runbook's `/verify`: every check a person would make, and what each one looked at."""

from __future__ import annotations

from ..console import terminal as console
from ..console.errors import Failed
from ..engine.task import task


@task(help={"commit": "the commit that should run: a hash, tag or branch that the host's checkout knows"})
def verify(c, commit=None, json=False):
    """Check everything: containers, commit, revision, health, database, logs; exit 1 when anything is wrong."""
    from msgspec import to_builtins

    from ..engine import display
    from ..preflight import checkup, health
    from ..preflight import commit_choice as choice
    from ..ssh.parallel import parallel_map

    wanted = choice.hash_of(c, commit) if commit else None
    looks = parallel_map(c.fleet, lambda member: checkup.look(member, wanted))
    found = {member.address: look for member, look in zip(c.fleet, looks, strict=True)}
    wrong = [(address, check) for address, checks in found.items() for check in checks if not check.ok]
    if not console.document({"ok": not wrong, "hosts": to_builtins(found)}):
        for address, checks in found.items():
            console.say(f"{c.environment.name} ({address})", style="bold")
            display.checks(checks)
    if wrong:
        what = health.summary([check for _, check in wrong])
        raise Failed(f"{c.environment.name}: {len(wrong)} wrong: {what}. Next: fab diagnose")
    console.say(f"{c.environment.name}: everything is as it should be.", style="bold green")
    return found
