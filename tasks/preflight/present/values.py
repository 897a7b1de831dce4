"""Whether compose knows the values that the containers run with: it starts without those that nobody tells it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ...console.errors import Refused
from ...engine.told import Drift
from ...ssh.host import Host
from ...tools.compose import project
from ...tools.compose.project import Description, Service, variables
from .drift import Drifted

VARIABLE = re.compile(r"(?<!\$)(?:\$\$)*\$\{?(\w+)")
DEFAULT = re.compile(r"\$\{\w+:?-([^{}]*)\}")
# What a default may have changed; who decides an image is asked elsewhere.
BY_DEFAULT = ("environment", "ports", "volumes", "networks", "command", "entrypoint")


def require(c: Host, described: Description, found: Drifted, *, defaults: bool = False) -> None:
    """Raise Refused, naming them, for values that what runs has and that nobody tells compose any more.

    In what is `described` they are blank, or, with `defaults`, a default takes their place: to be asked where the files
    are as they were when what runs was made. Where these were so on the host, other values are the deployer's as well.
    """
    lost = _lost(c, described, found, defaults=defaults)
    missing = {name for _, names in lost for name in names}
    other = [(service, names - missing) for service, names in _other(c, found)]
    changed = {name for _, names in other for name in names}
    files, found_out = ", ".join(c.environment.compose.values), []
    if missing:
        found_out.append(f"compose finds no value for {', '.join(sorted(missing))}")
    if changed:
        names = ", ".join(sorted(changed))
        found_out.append(f"{files} has other values of {names} than the shell that deployed it")
    if start := sorted({service for service, names in [*lost, *other] if names}):
        would = f"{', '.join(start)} would start otherwise than as {'it runs' if len(start) == 1 else 'they run'} now"
        cure = project.cure(c.environment, beside=bool(changed))
        raise Refused(f"{', and '.join(found_out)}: {would}; {cure}.", at=c.address)


def _lost(c: Host, described: Description, found: Drifted, *, defaults: bool) -> list[tuple[str, set[str]]]:
    """Return the variables that have no value any more, after their services."""
    lost = [(service, {name}) for service, name in found.blank if _blank(described, service, name)]
    if found.drift and (described.blank or defaults):
        lost = [*_unset(c, found.drift, set(described.blank), defaults=defaults), *lost]
    if described.blank and c.environment.stack:  # whether what runs has values for them is not known
        lost.append((c.environment.stack, set(described.blank)))
    return lost


def _blank(described: Description, service: str, name: str) -> bool:
    """Return whether a variable is there without a value."""
    said = variables((described.config.get("services") or {}).get(service) or {})
    return name in said and not said[name]


def _other(c: Host, found: Drifted) -> list[tuple[str, set[str]]]:
    """Return the variables that files on the host say otherwise, and said so when what runs was made, by service."""
    drift = [one for one in found.drift if one.service in found.by_shell and one.what in BY_DEFAULT]
    services = c.ask(project.templates(c.environment)) if drift else {}
    return [(one.service, names) for one in drift for names in _named(services.get(one.service, {}), one)]


def _unset(c: Host, drift: Sequence[Drift], blank: set[str], *, defaults: bool) -> list[tuple[str, set[str]]]:
    """Return the variables without a value that make the drift, after their services.

    A default is the cause only where the part names no other variable that has a value: that one may have changed.
    """
    services = c.ask(project.templates(c.environment))
    if not services:  # compose cannot say: it may be all
        return [(one.service, blank) for one in drift]
    parts = [(one, names) for one in drift for names in _named(services.get(one.service, {}), one)]
    held = BY_DEFAULT if defaults else ()
    asked = set().union(*(names for one, names in parts if one.what in held)) - blank
    unset = c.ask(project.untold(c.environment, asked)) if asked and not c.environment.stack else set()
    whole = unset | blank
    return [(one.service, names if one.what in held and names <= whole else names & blank) for one, names in parts]


def _named(service: Service, one: Drift) -> list[set[str]]:
    """Return the variables that each part of a service names that differs."""
    said = variables(service) if one.what == "environment" else service.get(one.what, service)
    found: list[object] = [said]
    if isinstance(said, Mapping) and one.names:
        found = [said.get(name) for name in one.names]
    elif isinstance(said, list) and one.names:
        names = [name.partition("/")[0] or name for name in one.names]  # of `8000/tcp` files have the number
        found = [each for each in said if any(name in DEFAULT.sub(r"\1", str(each)) for name in names)]
    return [set(VARIABLE.findall(str(part))) for part in found]
