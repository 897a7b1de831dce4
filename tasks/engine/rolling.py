"""The hosts of a run that have their turn together, while it goes on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ..ssh.host import Host
from .attempts import Attempts
from .plan import Plan

LOOK = 5  # seconds between two looks at hosts that have to stay well


class Batch(NamedTuple):
    """Hosts that have their turn together; `more`: others come after them; `passed`: those have begun already."""

    hosts: list[Host]
    more: bool
    passed: bool


def batches(plan: Plan, attempts: Attempts) -> list[Batch]:
    """Return the batches of a plan, of hosts that are still there; hosts that it does not know come last."""
    fleet = {member.address: member for member in attempts.host.fleet}
    named = [[fleet[address] for address in batch if address in fleet] for batch in plan.turns.batches]
    known = [member for batch in named for member in batch]
    others = [member for member in attempts.host.fleet if member not in known] if plan.turns.batches else []
    found = [batch for batch in (*named, others) if batch]
    later = [[member for batch in found[n + 1 :] for member in batch] for n in range(len(found))]
    turn = [step.name for n, step in plan.numbered(after=False) if plan.in_turn(n)]
    return [
        Batch(batch, bool(rest), any((member, name) in attempts.begun for member in rest for name in turn))
        for batch, rest in zip(found, later, strict=True)
    ]


def told(found: Sequence[Batch], at: int) -> str:
    """Return which hosts have had their turn when that of batch `at` is on; empty where all have it at once."""
    if len(found) < 2:
        return ""
    parts = {"done": found[:at], "at work": found[at : at + 1], "not begun": found[at + 1 :]}
    named = {what: ", ".join(m.address for one in part for m in one.hosts) for what, part in parts.items()}
    return f"turns: {'; '.join(f'{what}: {hosts}' for what, hosts in named.items() if hosts)}"
