"""The decorator of every task: it finds the configured host, checks the options, ends in one line."""

from __future__ import annotations

import functools
import inspect
import os
import time
from typing import Any

import fabric
from invoke import Exit

from . import console, inventory, options
from .errors import Failed, Refused


class RollbackTask(fabric.Task):
    """A Fabric task that always runs against a configured host, whatever `fab` handed it."""

    @property
    def hosts(self) -> list[dict[str, str]]:
        """Return the default environment; read when a task runs, never for --list or --help."""
        try:
            return [{"host": inventory.default_name()}]
        except Refused:
            raise
        except Exception as error:
            raise Failed(_one_line(error)) from error

    @hosts.setter
    def hosts(self, value: Any) -> None:
        """Ignore what Fabric's constructor assigns."""

    def __call__(self, c, *args: Any, **kwargs: Any) -> Any:
        """Run the body with the host that `c` stands for; every error becomes one line."""
        given = inspect.signature(self.body).bind(c, *args, **kwargs).arguments
        try:
            options.check({name: value for name, value in given.items() if value is not c})
            with console.documents(bool(given.get("json"))):
                return self._run(c, *args, **kwargs)
        except Exception as error:
            if os.environ.get("ROLLBACK_DEBUG") == "1" or isinstance(error, Exit):
                raise
            raise _translate(error) from None

    def _run(self, c, *args: Any, **kwargs: Any) -> Any:
        from .host import resolve

        host = resolve(c)
        try:
            return super().__call__(host, *args, **kwargs)
        except Exception as error:
            from .ssh import explain

            if line := not isinstance(error, Exit) and explain(error, host.address):
                raise Failed(line) from error
            raise


def _translate(error: Exception) -> Exit:
    return Failed(f"{_one_line(error)} (ROLLBACK_DEBUG=1 shows where)")


def _one_line(error: Exception) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def task(body=None, **settings: Any):
    """Declare a task: `@task` or `@task(name=...)`; help for the common options comes by itself."""
    if body is None:
        return lambda function: task(function, **settings)
    parameters = list(inspect.signature(body).parameters)[1:]
    help_ = {name: options.HELP[name] for name in parameters if name in options.HELP}
    settings["help"] = {**help_, **settings.get("help", {})}
    return fabric.task(klass=RollbackTask, auto_shortflags=False, **settings)(body)


def change(body=None, **settings: Any):
    """Declare a task that changes the host: its body looks, refuses, and returns the Plan.

    The plan is then shown, asked for, carried out under the lock and proven; `--yes`, `--plan`,
    `--take-over` and `--json` come with it. A body that returns None had nothing to do.
    """
    if body is None:
        return lambda function: change(function, **settings)

    @functools.wraps(body)
    def carried_out(c, *args: Any, yes=False, plan=False, take_over=False, json=False, **kwargs: Any):
        from .run import Way, carry_out

        started = time.monotonic()
        made = body(c, *args, **kwargs)
        return carry_out(c, made, Way(yes=yes, plan=plan, take_over=take_over), started) if made else None

    carried_out.__signature__ = _with_switches(inspect.signature(body))
    return task(carried_out, **settings)


def _with_switches(signature: inspect.Signature) -> inspect.Signature:
    switches = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=False)
        for name in ("yes", "plan", "take_over", "json")
    ]
    return signature.replace(parameters=[*signature.parameters.values(), *switches])
