"""The decorators of every task: they find the configured host, check the options, end in one line."""

from __future__ import annotations

import contextlib
import functools
import inspect
import os
import traceback
from collections.abc import Callable, Mapping
from typing import Any, overload

import fabric
from invoke import Argument, Context, Exit
from paramiko.ssh_exception import SSHException

from ..console import commands, terminal
from ..console.errors import Failed, Refused, Stopped
from ..console.text import one_line
from ..ssh import fleet
from ..ssh.explained import explain
from ..ssh.host import Host
from . import mounting, options

TOLD = ("json", "quiet", "verbose")  # how the operator is told what happens
NAMESAKES = ("on_failure",)  # a value of theirs is called as a task is: an optional one would be ambiguous
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
