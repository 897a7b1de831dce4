"""The decorators of every task: they find the configured host, check the options, end in one line."""

from __future__ import annotations

import contextlib
import functools
import inspect
import os
import traceback
from collections.abc import Callable, Mapping
from typing import Any, Generic, ParamSpec, TypeVar, overload

import fabric
import msgspec
from invoke import Argument, Context, Exit
from paramiko.ssh_exception import SSHException

from ..console import commands, terminal
from ..console.errors import Failed, Refused, Stopped
from ..console.text import one_line
from ..ssh import fleet
from ..ssh.connection import explain
from ..ssh.host import Host
from . import hooks, interrupt, mounting, options, run, taking_back, turns
from .world import World

TOLD = ("json", "quiet", "verbose")  # how the operator is told what happens
HEARD = ("json", "quiet")  # before the body is called
NAMESAKES = ("on_failure",)  # a value of theirs is called as a task is: an optional one would be ambiguous
SWITCHES: dict[str, bool | None] = {
    **msgspec.structs.asdict(run.RunOptions()),
    **dict.fromkeys(HEARD, False),
    "skip_host": None,
}
Given = ParamSpec("Given")
Made = TypeVar("Made")
Body = Callable[..., Any]


class RollbackTask(fabric.Task):
    """A Fabric task that always runs against a configured host, whatever `fab` handed it."""

    @property
    def hosts(self) -> list[str]:
        """The default environment: without hosts, Fabric would run the task here."""
        mounting.check_hosts()
        return [fleet.DEFAULT_HOST]

    @hosts.setter
    def hosts(self, hosts: object) -> None:
        """Fabric sets what `@task(hosts=...)` said; hosts.yaml says it here."""

    def get_arguments(self, *args: Any, **kwargs: Any) -> list[Argument]:
        """Return the arguments; one without its value comes to our own check, not to the parser's error."""
        kept = dict(self.help)
        parameters = inspect.signature(self.body).parameters
        found: list[Argument] = super().get_arguments(*args, **kwargs)
        arguments = [Choice(one) if _open(parameters[str(one.name)]) else one for one in found]
        self.help.update(kept)  # Invoke takes out of it what it has read
        for argument in arguments:
            argument.optional = argument.takes_value and argument.name not in NAMESAKES
            argument.raw_value = None  # an empty list would pass for a value
            argument.names += ("v",) if argument.name == "verbose" else ()
        return arguments

    def __call__(self, c: Context, *args: Any, **kwargs: Any) -> Any:
        """Run the body with the host that `c` stands for; every error becomes one line, as this operator types."""
        signature = inspect.signature(self.body)
        given = signature.bind(c, *args, **kwargs).arguments
        with _as_typed(c), terminal.told_as(**{name: bool(given.get(name)) for name in TOLD}):
            try:
                options.check(_values(signature, given))
                return self._run(c, *args, **kwargs)
            except Exception as error:
                if os.environ.get("ROLLBACK_DEBUG") == "1":
                    traceback.print_exc()
                raise _ended(error) from None

    def _run(self, c: Context, *args: Any, **kwargs: Any) -> Any:
        if c.config.run.dry:
            raise Refused("--dry would still connect, and believe empty answers: use --plan, which changes nothing.")
        host = fleet.resolve(c)
        try:
            return super().__call__(host, *args, **kwargs)
        except (EOFError, ConnectionError, TimeoutError, SSHException) as error:
            raise Failed(explain(error, host) or str(error)) from error


class Choice(Argument):
    """A switch that is neither on nor off where it is not given: its value is None then."""

    def __init__(self, given: Argument) -> None:
        """Make it of what Invoke takes for an option with a value; `default` makes that there is a --no- as well."""
        super().__init__(names=given.names, kind=bool, default=True, help=given.help, attr_name=given.attr_name)

    @property
    def value(self) -> bool | None:
        """What was given."""
        return self._value

    @value.setter
    def value(self, given: Any) -> None:
        self.set_value(given)


class HereTask(RollbackTask):
    """A task about the tool itself: it needs neither a host nor hosts.yaml."""

    @property
    def hosts(self) -> list[str]:
        """None: Fabric runs it here."""
        return []

    @hosts.setter
    def hosts(self, hosts: object) -> None:
        """Fabric sets what `@task(hosts=...)` said."""

    def _run(self, c: Context, *args: Any, **kwargs: Any) -> Any:
        return fabric.Task.__call__(self, c, *args, **kwargs)


class StepTask(RollbackTask, Generic[Given, Made]):
    """A task of one step: `step` builds that step of a preflight report, for plans that chain it with others."""

    step: Callable[Given, Made]


def _as_typed(c: Context) -> contextlib.AbstractContextManager[None]:
    """Return the context in which commands are written as the operator types them; inside another task, its own."""
    if isinstance(c, Host):
        return contextlib.nullcontext()
    asked = getattr(c, "original_host", None)
    return commands.typed(None if asked == fleet.DEFAULT_HOST else asked, mounting.full_name)


def _values(signature: inspect.Signature, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that take a value: neither the connection nor the switches."""
    _connection, *parameters = signature.parameters.values()
    wanted = [p.name for p in parameters if not isinstance(p.default, bool) and not _open(p)]
    return {name: given[name] for name in wanted if name in given}


def _open(parameter: inspect.Parameter) -> bool:
    """Whether it is a switch that may be left open."""
    return parameter.annotation in ("bool | None", bool | None)


def _ended(error: Exception) -> Exit:
    """Return how the task ends: one line, its commands written out."""
    if isinstance(error, Exit):
        error.message = commands.render(error.message or "")
        if isinstance(error, Stopped):
            error.next = [commands.render(one) for one in error.next]
        return error
    return Failed(f"{type(error).__name__}: {one_line(str(error))} (ROLLBACK_DEBUG=1 shows where)")


@overload
def task(body: Body, /, **settings: Any) -> RollbackTask: ...
@overload
def task(body: None = None, /, **settings: Any) -> Callable[[Body], RollbackTask]: ...
def task(body: Body | None = None, /, **settings: Any) -> Any:
    """Declare a task: `@task` or `@task(name=...)`; help for the common options comes by itself."""
    if body is None:
        return functools.partial(task, **settings)
    parameters = list(inspect.signature(body).parameters)[1:]
    help_ = {name: options.HELP[name] for name in parameters if name in options.HELP}
    settings["help"] = {**help_, **settings.get("help", {})}
    return fabric.task(auto_shortflags=False, **{"klass": RollbackTask, **settings})(body)


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
        own = inspect.signature(body)

        @functools.wraps(body)
        def carried_out(c: Host, *args: Any, **kwargs: Any) -> Any:
            own_options = [name for name in run.RunOptions.__struct_fields__ if name in kwargs]
            wanted = run.RunOptions(**{name: kwargs.pop(name) for name in own_options})
            for heard in HEARD:
                kwargs.pop(heard, None)
            if skipped := kwargs.pop("skip_host", None):
                c = fleet.without(c, skipped)
            with interrupt.as_refusal():
                made = body(c, *args, **kwargs, **({"plan": wanted.plan} if "plan" in own.parameters else {}))
            if made is None:
                terminal.emit_json({"changed": False})
                return None
            planned = turns.taken(hooks.around(made, c.environment.hooks), c)
            if wanted.on_failure != "undo":
                return run.carry_out(c, planned, wanted, self.world)
            return taking_back.carry_out(c, planned, wanted, self.world, self.undo)

        carried_out.__signature__ = _with_switches(own)  # type: ignore[attr-defined]  # read by inspect, and so by Invoke
        made = task(carried_out, klass=StepTask, **settings)
        made.step = step
        self.undo = made if takes_back else self.undo
        return made


def _with_switches(signature: inspect.Signature) -> inspect.Signature:
    only = inspect.Parameter.KEYWORD_ONLY
    switches = [inspect.Parameter(name, only, default=default) for name, default in SWITCHES.items()]
    own = [p for p in signature.parameters.values() if p.name != "plan"]
    return signature.replace(parameters=[*own, *switches])
