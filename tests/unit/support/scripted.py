"""A host that answers as it was told to, and fails a test that runs anything else on it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from typing import Any

from fabric.runners import Result
from invoke.exceptions import CommandTimedOut

from tasks.engine import run
from tasks.engine.plan import Plan
from tasks.ssh import login
from tasks.ssh.host import Host
from tests.unit.support.deployment import environment


class Scripted(Host):
    """A host without a network: `answers` maps whole scripts to what they print, or to what they raise."""

    def __init__(self, answers: dict[str, Any] | None = None, connected: bool = True) -> None:
        super().__init__("h", user="u", port=22)
        self.__dict__["answers"], self.__dict__["asked"] = dict(answers or {}), []
        self.__dict__["connected"] = connected
        self.environment, self.fleet = environment(), (self,)

    @property
    def is_connected(self) -> bool:
        return self.__dict__["connected"]

    def open(self) -> None:
        """Connect to nothing."""

    def _remote_runner(self) -> Any:
        return self

    def _run(self, runner: Any, command: str, **options: Any) -> Result:
        shell, flag, script = shlex.split(command)
        assert (shell, flag) == ("sh", "-c")
        script = script.removeprefix(login.BEGIN)
        self.__dict__["asked"].append((script, options))
        told = self.__dict__["answers"]
        assert script in told or "*" in told, f"nobody expected: {script}"
        answer = told.get(script, told.get("*"))
        if callable(answer):
            answer = answer(script)
        if isinstance(answer, Exception):
            raise answer
        return self.result(*answer)

    def replies(self, reply: Callable[[str], str]) -> Scripted:
        """Answer every command of a batch, by its name, with what `reply` returns."""

        def answer(script: str) -> tuple[str, ...]:
            delimiter = next(iter(re.findall(r"begin %s\\n' ([0-9a-f]{16}) ", script)), "")
            names = dict.fromkeys(re.findall(rf"begin %s\\n' {delimiter} ('[^']*'|\S+?);", script)) if delimiter else {}
            plain = [name.strip("'") for name in names]
            return ("".join(f"\n{delimiter} begin {n}\n{reply(n)}\n{delimiter} end 0\n" for n in plain),)

        self.__dict__["answers"]["*"] = answer
        return self

    def result(self, out: str = "", err: str = "", code: int = 0) -> Result:
        """Return what Fabric would."""
        return Result(stdout=out, stderr=err, exited=code, connection=self)

    def timed_out(self, out: str = "", err: str = "") -> CommandTimedOut:
        """Return what Fabric raises when a command takes too long."""
        return CommandTimedOut(self.result(out, err, -1), timeout=60)


def planned(mocker: Any, task: Any, **options: Any) -> Plan | None:
    """Return the plan that a task would carry out on a host of which nothing is asked."""
    mocker.patch.object(run, "carry_out", side_effect=lambda _host, plan, *_: plan)
    host = Scripted()
    host.environment, host.fleet = environment(), (host,)
    return task(host, **options)
