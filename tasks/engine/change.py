"""The decorator of tasks that change something: they return a plan, which is carried out."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, Generic, ParamSpec, TypeVar, overload

import msgspec

from ..console import living, terminal
from ..ssh import fleet
from ..ssh.host import Host
from . import display, interrupt, run, taking_back, turns
from .plan import Plan
from .task import Body, RollbackTask, task
from .world import World

OPTIONS: dict[str, bool | None] = msgspec.structs.asdict(run.RunOptions())
SWITCHES = {**OPTIONS, "json": False, "quiet": False, "skip_host": None}  # the first two are heard before the body
Given = ParamSpec("Given")
Made = TypeVar("Made")


class StepTask(RollbackTask, Generic[Given, Made]):
    """A task of one step: `step` builds that step of a preflight report, for plans that chain it with others."""

    step: Callable[Given, Made]


class Change:
    """The decorator of tasks that change what `world` knows: their body looks, refuses, and returns the Plan.

    The plan is then shown, asked for, carried out under the lock and proven; `--yes`, `--plan`,
    `--take-over`, `--verbose`, `--quiet` and `--json` come with it. A body that returns None had nothing to do. One
    that has a parameter `plan` is told whether only the plan is wanted. `step` is the builder of the task's own
    step: the task object carries it, for the plans of playbooks. The task that `takes_back` other runs is the one
    that `--on-failure undo` calls.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.undo: RollbackTask | None = None

    @overload
    def __call__(self, body: Body, /) -> RollbackTask: ...
    @overload
    def __call__(
        self, body: None = None, /, *, step: Callable[Given, Made], **settings: Any
    ) -> Callable[[Body], StepTask[Given, Made]]: ...
    @overload
    def __call__(self, body: None = None, /, **settings: Any) -> Callable[[Body], RollbackTask]: ...
    def __call__(
        self, body: Body | None = None, /, *, step: Body | None = None, takes_back: bool = False, **settings: Any
    ) -> Any:
        """Declare a change: `@change` or `@change(name=...)`."""
        if body is None:
            return functools.partial(self, step=step, takes_back=takes_back, **settings)
        made = task(self._carrying_out(body), klass=StepTask, **settings)
        made.step = step
        if takes_back:
            self.undo = made
        return made

    def _carrying_out(self, body: Body) -> Body:
        """Return a body that carries out what `body` plans; it has the switches of all changes."""
        own = inspect.signature(body)

        @functools.wraps(body)
        def carried_out(c: Host, *args: Any, **kwargs: Any) -> Any:
            switches = {name: kwargs.pop(name) for name in SWITCHES if name in kwargs}
            wanted = run.RunOptions(**{name: switches[name] for name in OPTIONS if name in switches})
            if skipped := switches.get("skip_host"):
                c = fleet.without(c, skipped)
            if "plan" in own.parameters:
                kwargs["plan"] = wanted.plan
            with interrupt.as_refusal(), living.waiting(f"looking at {display.where(c)}"):
                made = body(c, *args, **kwargs)
            return self._carry_out(c, made, wanted)

        carried_out.__signature__ = _with_switches(own)  # type: ignore[attr-defined]  # read by inspect, and so by Invoke
        return carried_out

    def _carry_out(self, c: Host, made: Plan | None, wanted: run.RunOptions) -> Any:
        if made is None:
            terminal.emit_json({"changed": False})
            return None
        planned = turns.taken(made, c)
        if wanted.on_failure == "undo":
            return taking_back.carry_out(c, planned, wanted, self.world, self.undo)
        return run.carry_out(c, planned, wanted, self.world)


def _with_switches(signature: inspect.Signature) -> inspect.Signature:
    only = inspect.Parameter.KEYWORD_ONLY
    switches = [inspect.Parameter(name, only, default=default) for name, default in SWITCHES.items()]
    own = [p for p in signature.parameters.values() if p.name != "plan"]
    return signature.replace(parameters=[*own, *switches])
