"""A read-only question to a host: the commands that ask it, and what their answers mean."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from .shell import Answer

Found = TypeVar("Found", covariant=True)
Answers = Mapping[str, Answer]


@dataclass(frozen=True)
class Probe(Generic[Found]):
    """Commands by name, and `read`, which makes a value of their answers. Several are asked in one round trip.

    What is asked `first` has been answered before the others begin.
    """

    commands: Mapping[str, str]
    read: Callable[[Answers], Found]
    first: bool = False


def single(command: str, read: Callable[[Answer], Found]) -> Probe[Found]:
    """Return the probe of one command."""
    return Probe({"": command}, lambda answers: read(answers[""]))


def answered(command: str) -> Probe[Answer]:
    """Return the probe whose value is the plain answer to `command`."""
    return single(command, lambda answer: answer)


def numbered(probes: tuple[Probe[Any], ...]) -> dict[str, str]:
    """Return the commands of all `probes`, each under a name that tells its probe."""
    return {f"{n} {name}": command for n, one in enumerate(probes) for name, command in one.commands.items()}


def first(probes: tuple[Probe[Any], ...]) -> set[str]:
    """Return those names of `numbered` commands that are asked first."""
    return {f"{n} {name}" for n, one in enumerate(probes) if one.first for name in one.commands}


def values(probes: tuple[Probe[Any], ...], answers: Answers) -> tuple[Any, ...]:
    """Return what the answers to `numbered` commands mean, by probe."""
    return tuple(one.read({name: answers[f"{n} {name}"] for name in one.commands}) for n, one in enumerate(probes))
