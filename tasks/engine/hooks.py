"""The operator's own commands around a playbook: a maintenance page on and off, a freeze, a cache that is flushed."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import structs

from ..config.around import Hook, Hooks
from ..ssh.scripts import call
from .plan import Plan, Step
from .record import RunRecord

LIMIT = 600  # seconds


def around(plan: Plan, settings: Hooks) -> Plan:
    """Return a playbook's plan with the hooks that are for it; the plan of another task as it is.

    Those before it run once all is prepared; a pair is closed whatever happens, all else comes once it is proven.
    """
    at = next((n for n, step in enumerate(plan.steps) if not (step.preparation or step.after)), None)
    if "." in plan.task or at is None:
        return plan
    opening, closing = _before(_of(plan, settings.before))
    after = enumerate(_of(plan, settings.after), start=1)
    there = {what(step) for step in plan.steps if step.after}
    last = [step for step in closing if what(step) not in there]
    last += [_step(f"hook-after-{n}", hook.title, hook.run, hook, after=True) for n, hook in after]
    return structs.replace(plan, steps=[*plan.steps[:at], *opening, *plan.steps[at:], *last])


def _before(hooks: Iterable[Hook]) -> tuple[list[Step], list[Step]]:
    """Return the steps before a playbook, and those that close the pairs among them."""
    numbered = [(f"hook-{n}", hook.title or "hook", hook) for n, hook in enumerate(hooks, start=1)]
    opening = [
        _step(name, f"{title}: on" if hook.off else hook.title, hook.on or hook.run, hook)
        for name, title, hook in numbered
    ]
    closing = [
        _step(f"{name}-off", f"{title}: off, whatever happens", hook.off, hook, after=True, closes=name)
        for name, title, hook in reversed(numbered)
        if hook.off
    ]
    return opening, closing


def of_turns(plan: Plan, settings: Hooks) -> tuple[list[Step], list[Step]]:
    """Return what opens and what closes the turn of a host in a playbook, in their order; nothing for other tasks."""
    hooks = [] if "." in plan.task else _of(plan, settings.turn)
    numbered = [(f"turn-{n}", hook.title or "hook", hook) for n, hook in enumerate(hooks, start=1)]
    opening = [_step(name, f"{title}: before the turn", hook.on, hook, once=False) for name, title, hook in numbered]
    closing = [
        _step(f"{name}-off", f"{title}: after the turn", hook.off, hook, closes=name, once=False)
        for name, title, hook in reversed(numbered)
    ]
    return opening, closing


def closing(plan: Plan, record: RunRecord) -> Plan:
    """Return the plan that takes a run back with what closes the hooks that the run left open.

    Other hosts than the one of the record may have left those of their turn open: all of these are closed.
    """
    of_turns = [step for step in record.plan.steps if step.closes and not step.after]
    left = [*record.left_open(after=True), *of_turns]
    last = [structs.replace(step, after=True, closes=plan.steps[0].name) for step in left]
    return structs.replace(plan, steps=[*plan.steps, *last])


def _of(plan: Plan, hooks: Iterable[Hook]) -> list[Hook]:
    return [hook for hook in hooks if not hook.playbooks or plan.task in hook.playbooks]


def what(step: Step) -> tuple[str, str]:
    """Return what a hook runs, there or here."""
    return step.script, step.local


def _step(
    name: str, title: str, command: str, hook: Hook, *, after: bool = False, closes: str = "", once: bool = True
) -> Step:
    """Return the step that runs a command of a hook; one that runs here does so `once`, or once for each host."""
    here = hook.where == "local"
    return Step(
        name=name,
        title=f"{title or command}{' (here)' if here else ''}",
        script=":" if here else call("engine/hook.sh", command),
        commands=(command,),
        local=command if here else "",
        primary_only=here and once,
        preparation=True,
        timeout=LIMIT,
        after=after,
        closes=closes,
    )
