"""One environment of hosts.yaml: completed from the variables, and checked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from msgspec import structs

from ..console.commands import fab
from ..console.errors import Refused
from . import host_roles, variables
from .around import Hooks
from .database_section import DatabaseSettings
from .settings import Compose, Environment, EnvironmentSettings
from .shapes import ALLOWED, SERVICE
from .validation import InvalidError, Place, convert, dig, sentence, without

HOOK = {
    "before": "it is not one command; allowed: the key run, or the two keys on and off",
    "turn": "it is not a pair; allowed: the two keys on and off",
    "after": "it is not one command; allowed: the key run (a pair of on and off stands in before)",
}


# Keys of compose that a stack knows nothing of.
UNHEARD = ("project", "profiles", "command", "stop", "grace")


@dataclass(frozen=True)
class Reader:
    """Reads environment `name` of `file`; in its sections named in `lenient`, variables may be set nowhere."""

    file: Path
    name: str
    raw: Any
    values: Mapping[str, str]
    lenient: Container[str]

    def read(self) -> Environment:
        """Return the environment; raise Refused with file, key, what was found and what is allowed."""
        try:
            settings = self._convert(self._expand(self.raw, ()))
            self._check(settings)
        except InvalidError as invalid:
            raise Refused(sentence(self.file, ("environments", self.name), invalid, self.raw)) from None
        return Environment(**structs.asdict(settings), name=self.name)

    def _expand(self, value: Any, place: Place) -> Any:
        if isinstance(value, dict):
            return {key: self._expand(item, (*place, key)) for key, item in value.items()}
        if isinstance(value, list):
            return [self._expand(item, (*place, index)) for index, item in enumerate(value)]
        if not isinstance(value, str) or self._passed_over(place):
            return value
        if variables.malformed(value):
            raise InvalidError(place, allowed="${NAME} or ${NAME:-default}")
        if name := variables.unset(value, self.values):
            raise InvalidError(place, self._unset(name))
        return variables.expand(value, self.values)

    def _convert(self, expanded: Any) -> EnvironmentSettings:
        try:
            return convert(expanded, EnvironmentSettings)
        except InvalidError as invalid:
            if not self._passed_over(invalid.place):
                raise
            return self._convert(without(expanded, invalid.place))

    def _passed_over(self, place: Place) -> bool:
        value = dig(self.raw, place)
        lenient = bool(place) and place[0] in self.lenient
        return lenient and isinstance(value, str) and variables.unset(value, self.values) is not None

    def _check(self, settings: EnvironmentSettings) -> None:
        services = settings.compose.services
        for place, service in ((("compose", "services", role), service) for role, service in services.items()):
            if not re.fullmatch(SERVICE, service) and not self._passed_over(place):
                raise InvalidError(place, allowed=ALLOWED[SERVICE])
        if settings.database:
            _check_place(settings.database, services)
        _check_hooks(settings.hooks)
        _check_orchestrator(settings)
        host_roles.check(settings)
        (host, count), *_ = Counter((h.host, h.user, h.port) for h in settings.hosts).most_common(1)
        if count > 1:
            raise InvalidError(("hosts",), f"the host {host[0]!r} stands twice; allowed: once")

    def _unset(self, variable: str) -> str:
        return (
            f"the variable {variable} is not set. Set it in {self.file.parent / '.env'} (see .env.example),"
            f" let {fab('init USER@HOST')} describe your host"
            " or, to try without a host of your own: make sandbox && fab -H sandbox status"
        )


def _check_hooks(hooks: Hooks) -> None:
    """Raise InvalidError unless every hook is one command, or a pair, which none after a playbook can be."""
    may_be = {"before": (True, True), "turn": (False, True), "after": (True, False)}
    for part, (command, pair) in may_be.items():
        for number, hook in enumerate(getattr(hooks, part)):
            is_command = bool(hook.run) and not (hook.on or hook.off)
            is_pair = bool(hook.on and hook.off) and not hook.run
            if not ((command and is_command) or (pair and is_pair)):
                raise InvalidError(("hooks", part, number), HOOK[part])


def _check_orchestrator(settings: EnvironmentSettings) -> None:
    """Raise InvalidError unless a stack is named where a swarm runs it, and nothing is said that it would not obey."""
    if settings.orchestrator != "swarm":
        if settings.stack:
            raise InvalidError(("stack",), "it is for orchestrator: swarm only")
        return
    said, silent = settings.compose, Compose()
    if not (settings.stack and said.file):
        key, place = ("file", ("compose",)) if settings.stack else ("stack", ())
        raise InvalidError(place, f"the key {key!r} is missing; with orchestrator: swarm it is needed")
    unheard = [("compose", key) for key in UNHEARD if getattr(said, key) != getattr(silent, key)]
    fleet: list[Place] = [(key,) for key in ("rolling", "soak") if getattr(settings, key)]
    fleet += [("hosts", n, "roles") for n, host in enumerate(settings.hosts) if host.roles]
    if left := [*fleet, *unheard]:
        raise InvalidError(left[0], "with orchestrator: swarm it says nothing; allowed: to leave it out")


def _check_place(database: DatabaseSettings, services: Mapping[str, str]) -> None:
    """Raise InvalidError unless the server is in one place: a service, another container, or at an address."""
    places = [bool(services.get("database")), bool(database.container), bool(database.address)]
    if not any(places):
        problem = "the key 'database' is missing; allowed: the compose service that runs the database, unless "
        raise InvalidError(("compose", "services"), f"{problem}database.container or database.address says where it is")
    if sum(places) > 1:
        problem = "the server has more than one place; allowed: one of compose.services.database, container, address"
        raise InvalidError(("database",), problem)
    if database.client and not database.address:
        raise InvalidError(("database", "client"), "it is for a database with an address only")
