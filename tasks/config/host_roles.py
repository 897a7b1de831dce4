"""Which host of a fleet runs what, by the roles that hosts.yaml gives it; one without roles runs all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import structs

from .settings import Address, Environment, EnvironmentSettings, HostSettings
from .validation import InvalidError, Place

DATABASE = "database"
ELSEWHERE = "or the database's host is no host of the fleet: database.address"


def elsewhere(settings: EnvironmentSettings, host: HostSettings) -> list[str]:
    """Return the services that play a role, and none of the host's: they run on other hosts only."""
    services = settings.compose.services
    own = {services.get(role) for role in host.roles or services}
    return [service for service in services.values() if service not in own]


def seen_from(environment: Environment, host: HostSettings) -> Environment:
    """Return an environment as one host has it: without the database and the addresses of roles that it lacks."""
    if not host.roles:
        return environment
    urls = [one for one in environment.health.urls if not isinstance(one, Address) or one.role in ("", *host.roles)]
    found = environment.database
    return structs.replace(
        environment,
        elsewhere=elsewhere(environment, host),
        health=structs.replace(environment.health, urls=urls),
        database=found if found and (found.address or DATABASE in host.roles) else None,
    )


def primary(environment: Environment) -> HostSettings:
    """Return the host that the database steps run on: the first that has the database and the image for its schema."""
    return next((host for host in environment.hosts if _moves_the_schema(environment, host)), environment.hosts[0])


def _moves_the_schema(environment: Environment, host: HostSettings) -> bool:
    seen = seen_from(environment, host)
    alembic = seen.database and seen.database.alembic
    return bool(seen.database) and not (alembic and alembic.service in seen.elsewhere)


def check(settings: EnvironmentSettings) -> None:
    """Raise InvalidError unless every role is one of compose.services, and had by those hosts that it takes."""
    hosts = settings.hosts
    if any("${" in role for host in hosts for role in host.roles):
        return  # of an environment that is not in use: its variables are set nowhere
    known = [*settings.compose.services]
    if settings.database and settings.database.container:
        known.append(DATABASE)
    _known(settings, known)
    if not any(host.roles for host in hosts):
        return
    if missing := [role for role in known if not _having(hosts, role)]:
        problem = f"no host has the role {missing[0]!r}; allowed: each role of compose.services on one host or more"
        raise InvalidError(("hosts",), problem)
    _one_database(settings)


def _known(settings: EnvironmentSettings, known: Sequence[str]) -> None:
    given: list[tuple[Place, str]] = [
        (("hosts", number, "roles", at), role)
        for number, host in enumerate(settings.hosts)
        for at, role in enumerate(host.roles)
    ]
    urls = enumerate(settings.health.urls)
    given += [(("health", "urls", number, "role"), one.role) for number, one in urls if isinstance(one, Address)]
    for place, role in given:
        if role and role not in known:
            raise InvalidError(place, allowed=f"a role of compose.services: {', '.join(known) or 'there is none'}")


def _one_database(settings: EnvironmentSettings) -> None:
    """Raise InvalidError unless one host has the database, and the image that its schema is moved with."""
    found = settings.database
    if not found or found.address:
        return
    holders = _having(settings.hosts, DATABASE)
    if len(holders) > 1:
        names = ", ".join(host.host for host in holders)
        raise InvalidError(("hosts",), f"{names} have the role 'database' (without roles: all); allowed: one host")
    if found.alembic and found.alembic.service in elsewhere(settings, holders[0]):
        problem = (
            f"{holders[0].host} has the database, but not {found.alembic.service}, whose image moves the schema "
            f"(database.alembic); allowed: its role on that host as well, {ELSEWHERE}"
        )
        raise InvalidError(("hosts",), problem)


def _having(hosts: Iterable[HostSettings], role: str) -> list[HostSettings]:
    return [host for host in hosts if not host.roles or role in host.roles]
