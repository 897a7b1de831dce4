"""Whether compose knows the values that the containers run with: it starts without those that nobody tells it."""

from __future__ import annotations

import json
from typing import Any

from ..console.errors import Refused
from ..ssh.host import Host
from ..ssh.probe import Probe, single
from ..tools.compose import compose, project
from ..tools.compose.project import Description, Service


def require(c: Host, described: Description) -> None:
    """Raise Refused, naming them, where variables are blank for compose that were not for what runs."""
    if not described.blank:
        return
    present, running = c.ask(project.probe(c.environment), environments(c))
    if services := lacking(present.config.get("services") or {}, running):
        names, start = ", ".join(described.blank), ", ".join(services)
        raise Refused(
            f"compose finds no value for {names}: {start} would start without what runs now. "
            "Name the file on the host that holds the values: compose.env_file in hosts.yaml.",
            at=c.address,
        )


def environments(c: Host) -> Probe[list[tuple[str, dict[str, str]]]]:
    """Return the probe of the environment that each container was made with, beside its service."""
    return single(compose.call(c.environment, "environments.sh"), lambda answer: parse(answer.out))


def parse(out: str) -> list[tuple[str, dict[str, str]]]:
    """Return what environments.sh printed."""
    lines = (line.partition(" ") for line in out.splitlines())
    return [(service, _mapping(json.loads(text) or [])) for service, _, text in lines if text]


def lacking(services: dict[str, Service], running: list[tuple[str, dict[str, str]]]) -> list[str]:
    """Return those of `services` of which a value is what a container runs with, but for something left out."""
    found = set()
    for service, runs in running:
        now = _mapping((services.get(service) or {}).get("environment") or {})
        if any(runs.get(key, value) != value and _left_out(value, runs[key]) for key, value in now.items()):
            found.add(service)
    return sorted(found)


def _mapping(environment: Any) -> dict[str, str]:
    if isinstance(environment, list):
        return dict(line.partition("=")[::2] for line in environment)
    return {key: "" if value is None else str(value) for key, value in environment.items()}


def _left_out(less: str, more: str) -> bool:
    """Return whether `less` is `more` without some of its letters."""
    letters = iter(more)
    return all(letter in letters for letter in less)
