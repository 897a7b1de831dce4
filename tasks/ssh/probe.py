"""A read-only question to a host: the commands that ask it, and what their answers mean."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from .shell import Answer

Found = TypeVar("Found", covariant=True)
Value = TypeVar("Value")
Answers = Mapping[str, Answer]


@dataclass(frozen=True)
class Probe(Generic[Found]):
    """Commands by name, and `read`, which makes a value of their answers. Several are asked in one round trip.

    What is asked `first`, all commands or those of these names, has been answered before the others begin.
    """

    commands: Mapping[str, str]
    read: Callable[[Answers], Found]
    first: bool | frozenset[str] = False

    def early(self) -> frozenset[str]:
        """Return the names of the commands that are asked first."""
        return frozenset(self.commands) if self.first is True else self.first or frozenset()


def single(command: str, read: Callable[[Answer], Found]) -> Probe[Found]:
    """Return the probe of one command."""
    return Probe({"": command}, lambda answers: read(answers[""]))


def answered(command: str) -> Probe[Answer]:
    """Return the probe whose value is the plain answer to `command`."""
    return single(command, lambda answer: answer)


def nothing(value: Value) -> Probe[Value]:
    """Return the probe that asks nothing, and finds `value`."""
    return Probe({}, lambda _answers: value)


def clock() -> Probe[float]:
    """Return the probe of the host's clock, in seconds since the epoch; this machine's where it does not say."""
    return single("date +%s", lambda answer: float(answer.out.strip() or time.time()))


def by_key(out: str) -> defaultdict[str, list[str]]:
    """Return the values of lines `KEY VALUE`, by key; of one that no line has, none."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for line in out.splitlines():
        key, _, value = line.partition(" ")
        found[key].append(value)
    return found


def combined(build: Callable[..., Found], **parts: Probe[Any]) -> Probe[Found]:
    """Return the probe that asks all `parts`; `build` gets what each of them found, by its name."""

    def read(answers: Answers) -> Found:
        return build(
            **{part: one.read({n: answers[_joined(part, n)] for n in one.commands}) for part, one in parts.items()}
        )

    commands = {_joined(part, name): command for part, one in parts.items() for name, command in one.commands.items()}
    return Probe(commands, read, frozenset(_joined(part, name) for part, one in parts.items() for name in one.early()))


def _joined(part: str, name: str) -> str:
    return f"{part} {name}".rstrip()


def together(*probes: Probe[Any]) -> Probe[tuple[Any, ...]]:
    """Return the probe that asks all `probes`; its value is what each of them found."""
    return combined(lambda **found: tuple(found.values()), **{str(n): one for n, one in enumerate(probes)})
