"""The decorator of every task: it finds the configured host, checks the options, ends in one line."""

from __future__ import annotations

import contextlib
import functools
import inspect
import os
import time
import traceback
from collections.abc import Callable, Mapping
from typing import Any, Generic, ParamSpec, TypeVar, overload

import fabric
from invoke import Argument, Exit
from paramiko.ssh_exception import SSHException

from ..console import terminal as console
from ..console.errors import Failed, Refused
from ..console.text import one_line
from . import options


class RollbackTask(fabric.Task):
    """A Fabric task that always runs against a configured host, whatever `fab` handed it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.hosts = [options.DEFAULT_HOST]  # without hosts, Fabric would run the task here

    def get_arguments(self, *args: Any, **kwargs: Any) -> list[Argument]:
        """Return the arguments; one without its value comes to our own check, not to the parser's error."""
        arguments = super().get_arguments(*args, **kwargs)
        for argument in arguments:
            argument.optional = argument.takes_value
        return arguments

    def __call__(self, c, *args: Any, **kwargs: Any) -> Any:
        """Run the body with the host that `c` stands for; every error becomes one line."""
        signature = inspect.signature(self.body)
        given = signature.bind(c, *args, **kwargs).arguments
        try:
            options.check(_values(signature, given))
            with console.documents(bool(given.get("json"))):
                return self._run(c, *args, **kwargs)
        except Exception as error:
            if os.environ.get("ROLLBACK_DEBUG") == "1":
                traceback.print_exc()
            if isinstance(error, Exit):
                raise
            raise _translate(error) from None

    def _run(self, c, *args: Any, **kwargs: Any) -> Any:
        from ..ssh.connection import explain
        from ..ssh.fleet import resolve
        from ..ssh.host import Host

        if c.config.run.dry:
            raise Refused("--dry would still connect, and believe empty answers: use --plan, which changes nothing.")
        with contextlib.nullcontext() if isinstance(c, Host) else console.addressed(_typed(c)):
            host = resolve(c)
            try:
                return super().__call__(host, *args, **kwargs)
            except (EOFError, ConnectionError, TimeoutError, SSHException) as error:
                raise Failed(explain(error, host)) from error


Given = ParamSpec("Given")
Made = TypeVar("Made")


class StepTask(RollbackTask, Generic[Given, Made]):
    """A task of one step: `step` builds that step of a preflight report, for plans that chain it with others."""

    step: Callable[Given, Made]


def _typed(c: Any) -> str | None:
    """Return what `-H` said, None where it said nothing."""
    asked = getattr(c, "original_host", None)
    return None if asked == options.DEFAULT_HOST else asked


def _values(signature: inspect.Signature, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that take a value: neither the connection nor the switches."""
    _connection, *parameters = signature.parameters.values()
    return {p.name: given[p.name] for p in parameters if p.name in given and not isinstance(p.default, bool)}


def _translate(error: Exception) -> Exit:
    return Failed(f"{type(error).__name__}: {one_line(str(error))} (ROLLBACK_DEBUG=1 shows where)")


def task(body=None, **settings: Any):
    """Declare a task: `@task` or `@task(name=...)`; help for the common options comes by itself."""
    if body is None:
        return lambda function: task(function, **settings)
    parameters = list(inspect.signature(body).parameters)[1:]
    help_ = {name: options.HELP[name] for name in parameters if name in options.HELP}
    settings["help"] = {**help_, **settings.get("help", {})}
    return fabric.task(auto_shortflags=False, **{"klass": RollbackTask, **settings})(body)


@overload
def change(body: Callable[..., Any], /) -> RollbackTask: ...
@overload
def change(
    body: None = None, /, *, step: Callable[Given, Made], **settings: Any
) -> Callable[[Callable[..., Any]], StepTask[Given, Made]]: ...
@overload
def change(body: None = None, /, **settings: Any) -> Callable[[Callable[..., Any]], RollbackTask]: ...
def change(body: Any = None, /, *, step: Callable[..., Any] | None = None, **settings: Any) -> Any:
    """Declare a task that changes the host: its body looks, refuses, and returns the Plan.

    The plan is then shown, asked for, carried out under the lock and proven; `--yes`, `--plan`,
    `--take-over` and `--json` come with it. A body that returns None had nothing to do. One that has
    a parameter `plan` is told whether only the plan is wanted. `step` is the builder of the task's own
    step: the task object carries it, for the plans of playbooks.
    """
    if body is None:
        return lambda function: _change(function, step, **settings)
    return _change(body, step, **settings)


def _change(body: Callable[..., Any], step: Callable[..., Any] | None, **settings: Any) -> Any:
    @functools.wraps(body)
    def carried_out(c, *args: Any, yes=False, plan=False, take_over=False, json=False, **kwargs: Any):
        from .run import Way, carry_out

        started = time.monotonic()
        c.activity = ""
        told = {"plan": plan} if "plan" in inspect.signature(body).parameters else {}
        made = body(c, *args, **kwargs, **told)
        way = Way(yes=yes, plan=plan, take_over=take_over, activity=c.activity)
        if made is None:
            console.document({"changed": False})
            return None
        return carry_out(c, made, way, started)

    carried_out.__signature__ = _with_switches(inspect.signature(body))
    if step is None:
        return task(carried_out, **settings)
    made = task(carried_out, klass=StepTask, **settings)
    made.step = step
    return made


def _with_switches(signature: inspect.Signature) -> inspect.Signature:
    switches = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=False)
        for name in ("yes", "plan", "take_over", "json")
    ]
    own = [p for p in signature.parameters.values() if p.name != "plan"]
    return signature.replace(parameters=[*own, *switches])
