"""The runbook's `/verify`: every check a person would make, and what each one looked at."""

from __future__ import annotations

from msgspec import to_builtins

from ..console import terminal as console
from ..console.commands import fab
from ..console.errors import Failed
from ..engine import display
from ..engine.plan import Expectation
from ..engine.world import Check
from ..preflight.checks import checkup, health
from ..preflight.rollback_report import RollbackReport
from ..preflight.target import commit_choice
from ..ssh.host import Host
from ..ssh.parallel import parallel_map
from .declare import task


@task(
    help={
        "commit": "the commit that should run: a hash, tag or branch that the host's checkout knows",
        "verbose": "show each thing that was looked at in a line of its own",
    }
)
def verify(c: Host, commit: str | None = None, verbose: bool = False, json: bool = False) -> dict[str, list[Check]]:
    """Check everything: containers, commit, revision, health, database, logs; exit 1 when anything is wrong."""
    wanted = commit_choice.resolve(c, commit).sha if commit else None
    looks = parallel_map(c.fleet, lambda member: checkup.look(member, wanted))
    found = {member.address: look for member, look in zip(c.fleet, looks, strict=True)}
    wrong = [check for checks in found.values() for check in checks if not check.ok]
    if not console.emit_json({"ok": not wrong, "hosts": to_builtins(found)}):
        for address, checks in found.items():
            console.say(f"{c.environment.name} ({address})", style="bold")
            display.checks(checks)
    if wrong:
        what = health.summary(wrong)
        raise Failed(f"{c.environment.name}: {len(wrong)} wrong: {what}. Next: {fab('diagnose')}")
    console.say(f"{c.environment.name}: everything is as it should be.", style="bold green")
    return found


def expect(report: RollbackReport) -> Expectation:
    """Return what must be true after a rollback: commit, revision, images, and a healthy application."""
    return Expectation(
        commit=report.target.sha,
        revision=report.schema.to_heads if report.schema else None,
        implied=report.schema.implied if report.schema else [],
        images={s: name for s, name in report.image_names.items() if s in report.moves.starting},
        services=report.moves.proven,
        replicas=report.moves.replicas,
        healthy=True,
    )
