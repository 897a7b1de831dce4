"""Which hosts take their turn together: the first ones prove that it works, the rest wait."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

from msgspec import structs

from ..config.shapes import Rolling
from ..ssh.host import Host
from . import hooks
from .plan import Plan, Step, Turns


def taken(plan: Plan, host: Host) -> Plan:
    """Return the plan with its hooks, with what is done host by host, and with which host has what.

    A host's turn are the last steps of the plan that change something, where they start the application and no
    step on the primary alone stands between them: what stops before the schema moves is for all hosts at once.
    """
    settings = host.environment
    plan = hooks.around(structs.replace(plan, facts=[*kinds(host), *plan.facts]), settings.hooks)
    steps = [step for step in plan.steps if not step.after]
    turn = _turn(steps)
    opening, closing = hooks.of_turns(plan, settings.hooks) if turn else ([], [])
    batches = parted([member.address for member in _in_order(host)], settings.rolling)
    if not turn or (len(batches) < 2 and not opening):
        return plan
    before, there = steps[: len(steps) - len(turn)], {hooks.what(step) for step in closing}
    after = [step for step in plan.steps if step.after and hooks.what(step) not in there]
    return structs.replace(
        plan,
        steps=[*before, *opening, *turn, *closing, *after],
        turns=Turns(first=len(before) + 1, batches=batches, soak=settings.soak if len(batches) > 1 else 0),
    )


def kinds(host: Host) -> list[str]:
    """Return the fact of which hosts have which of the services that play a role; nothing where all have all."""
    found: dict[str, list[str]] = {}
    for member in _in_order(host):
        played = dict.fromkeys(member.environment.compose.services.values())
        own = [service for service in played if service not in member.environment.elsewhere]
        found.setdefault(", ".join(own) or "none", []).append(member.address)
    told = "; ".join(f"{services} on {', '.join(where)}" for services, where in found.items())
    return [f"by their roles: {told}"] if any(member.environment.elsewhere for member in host.fleet) else []


def _in_order(host: Host) -> list[Host]:
    return sorted(host.fleet, key=lambda member: member.position)


def _turn(steps: Sequence[Step]) -> list[Step]:
    last = list(takewhile(lambda step: not (step.preparation or step.primary_only), reversed(steps)))
    return last[::-1] if any("starts" in step.effects for step in last) else []


def parted(hosts: list[str], rolling: Rolling | None) -> list[list[str]]:
    """Return `hosts` in batches: of so many, of a part such as 25% (at least one); None: the first, then all others."""
    if rolling is None:
        return [batch for batch in (hosts[:1], hosts[1:]) if batch]
    size = _size(len(hosts), rolling)
    return [hosts[at : at + size] for at in range(0, len(hosts), size)]


def _size(count: int, rolling: Rolling) -> int:
    if isinstance(rolling, int):
        return rolling
    return count if rolling == "all" else max(1, count * int(rolling.rstrip("%")) // 100)


def told(turns: Turns) -> str:
    """Return who takes its turn after whom, in a line; empty where all do at once."""
    if len(turns.batches) < 2:
        return ""
    batches = [", ".join(batch) if len(batch) < 4 else f"{len(batch)} hosts" for batch in turns.batches]
    soak = f", each watched for {turns.soak} s" if turns.soak else ""
    return f"from step {turns.first} on in turns{soak}: {'; then '.join(batches)}"
