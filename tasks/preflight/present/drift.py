"""Drift: what runs is not what the present commit describes; told by names, never by values."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from msgspec import Struct, structs

from ...config.settings import Environment
from ...engine.told import Drift
from ...ssh.probe import Probe, combined
from ...tools.compose import made, parts
from ...tools.compose.made import Made, Otherwise, hashed
from ...tools.compose.parts import Parts
from ...tools.compose.project import variables
from ...tools.git.commits import SHORT
from .reports import Report, saying
from .state import State

NUMBERS = re.compile(r"\d+\.\d+\.\d+")
COMMIT, CHECKOUT = "the commit", "that"  # what says how containers are made anew
BY_SHELL = ": the shell that deployed it had other values"
SHARED = ("network_mode", "ipc", "pid")  # namespaces that may be another service's
OTHER = "settings"  # what is not told apart: restart, health check, limits, labels


class Drifted(Struct, frozen=True):
    """Where services drifted; `problem`: why that cannot be told.

    `blank` are variables, after their services, that would lose the value they have. The services `by_shell` were made
    of the files as they are: the shell that deployed them had what differs.
    """

    drift: list[Drift] = []
    blank: list[tuple[str, str]] = []
    by_shell: list[str] = []
    problem: str = ""

    @property
    def services(self) -> list[str]:
        """The services that drifted."""
        return sorted({one.service for one in self.drift})


def probe(environment: Environment) -> Probe[Drifted]:
    """Return the probe of where what runs is not what compose would make of the checkout, as far as that is told."""
    return combined(compare, found=made.probe(environment))


def compare(found: Otherwise) -> Drifted:
    """Return what differs between containers and what compose means."""
    known = [one for one in found.containers if one.service in (found.config.get("services") or {})]
    differing: dict[tuple[str, str], set[str]] = {}
    for one in known:
        for what, names in _differing(one, found).items():
            differing.setdefault((one.service, what), set()).update(names)
    drift = [Drift(service, what, sorted(names - {""})) for (service, what), names in sorted(differing.items())]
    early = {one.service for one in known if not one.later}
    return Drifted(
        drift=drift,
        blank=sorted({blank for one in known for blank in _blank(one, found)}),
        by_shell=sorted({one.service for one in drift} - early),
        problem=found.problem,
    )


def every(hosts: Iterable[Drifted], services: Collection[str] = ()) -> list[Drift]:
    """Return the drift of `services` (of all, where none is named) on several hosts, each said once."""
    found: list[Drift] = []
    for host in hosts:
        found += [one for one in host.drift if one not in found and (not services or one.service in services)]
    return found


def lines(found: Drifted, where: str) -> list[str]:
    """Return a line for each service that drifted from `where`, or why it cannot be told whether any did."""
    told = zip(found.services, describe(found.drift, where), strict=True)
    return [f"{line}{BY_SHELL if one in found.by_shell else ''}" for one, line in told] or unknown(found, where)


def describe(drift: Sequence[Drift], where: str) -> list[str]:
    """Return a line for each service of `drift`; `where` is what describes it otherwise."""
    whats: dict[str, list[str]] = {}
    for one in drift:
        whats.setdefault(one.service, []).append(f"{one.what} {', '.join(one.names)}".rstrip())
    return [f"{service}: differs from {where}: {'; '.join(each)}" for service, each in whats.items()]


def unknown(found: Drifted, where: str) -> list[str]:
    """Return the line that says why it cannot be told whether anything differs from `where`."""
    return [f"what runs cannot be compared with {where}: {found.problem}"] if found.problem else []


def told(report: Report, hosts: Sequence[Drifted], services: Collection[str], says: str) -> Report:
    """Return the report with the drift of `services` that its run ends, and a warning for each of them.

    `says` is what they are made by.
    """
    found, where = every(hosts, services), described_by(report.environment, report.state)
    warned = [f"{line}; these become as {says} says" for line in describe(found, where)]
    doubts = dict.fromkeys(line for host in hosts for line in unknown(host, where))
    return structs.replace(saying(report, warnings=[*warned, *doubts]), drift=found)


def described_by(environment: Environment, seen: State) -> str:
    """Return what describes the services: the files, and the commit that they are of."""
    files = seen.settled(environment).compose.files
    return f"{', '.join(files)} at {seen.head[:SHORT]}"


def _differing(one: Made, found: Otherwise) -> dict[str, set[str]]:
    """Return the names that differ, by what they are of."""
    present, meant = parts.present(one, found), parts.meant(one, found)
    differing = {what: _names(present[what], meant[what]) for what in present if what in meant}
    told = {what: names for what, names in differing.items() if names}
    return told or ({OTHER: set()} if _comparable(one, found) else {})


def _names(present: dict[str, str], meant: dict[str, str]) -> set[str]:
    return {name for name in {*present, *meant} if present.get(name) != meant.get(name)}


def _comparable(one: Made, found: Otherwise) -> bool:
    """Return whether another hash alone says that settings differ: the same compose made it, of the same image.

    Compose puts the id of a container in the place of a service that shares volumes or namespaces, and hashes that.
    """
    said = found.config["services"][one.service]
    shares = said.get("volumes_from") or any(str(said.get(key)).startswith("service:") for key in SHARED)
    known = NUMBERS.findall(found.version)  # `v2.40.3-1`, where the labels say `2.40.3`
    return not shares and [one.version] == known and one.now == one.id and not parts.chosen(one)


def _blank(one: Made, found: Otherwise) -> list[tuple[str, str]]:
    """Return the variables that have a value and would be blank."""
    said = variables(found.config["services"][one.service])
    has: Parts = parts.present(one, found)
    values = has["environment"]
    return [
        (one.service, name)
        for name, value in said.items()
        if not value and values.get(name, hashed(f"{name}=")) != hashed(f"{name}=")
    ]
