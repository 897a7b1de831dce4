"""Which hosts a task is meant for: what `-H` said, looked up in hosts.yaml; one connection a host and process."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from fabric import Config, Connection
from invoke import Context

from ..config import host_roles, inventory
from ..config.settings import Environment, HostSettings
from ..console.commands import HOSTS_FILE
from ..console.errors import Refused
from . import address, openssh
from .host import Host

T = TypeVar("T")
DEFAULT_HOST = "(default)"  # where `-H` says nothing: the default environment, looked up when a task runs

_known: dict[tuple[Any, ...], Host] = {}


def resolve(c: Context) -> Host:
    """Return the configured primary host that `c` stands for, with its fleet.

    `c` is what Fabric gave the task: a connection named by `-H` (an environment's name or an
    address), or no connection at all: then the default environment is meant.
    """
    if isinstance(c, Host):
        return c
    if not isinstance(c, Connection):
        return _fleet(inventory.load(inventory.default_name()), Config())
    if c.original_host == DEFAULT_HOST:
        return _fleet(inventory.load(inventory.default_name()), c.config)
    if c.original_host in inventory.names():
        return _fleet(inventory.load(c.original_host), c.config)
    return _fleet(_ad_hoc(c), c.config)


def unlisted(c: Context, environment: Environment) -> Host:
    """Return the first host of an environment that no hosts.yaml has; its files are named by whole paths."""
    host = _connect(environment, 0, c.config if isinstance(c.config, Config) else Config())
    host.fleet = (host,)
    return host


def without(host: Host, named: str) -> Host:
    """Return the primary of the fleet that is left without the hosts `named`: addresses or host[:port], commas between.

    Raises Refused for a name that is not that of one host, and for the primary, where it has the database.
    """
    left_out = [_named(host, name.strip()) for name in named.split(",")]
    if any(map(has_the_database, left_out)):
        raise Refused(f"--skip-host: {host.address}: the database steps run there.")
    rest = [member for member in host.fleet if member not in left_out]
    if not rest:
        raise Refused("--skip-host: no host is left.")
    return only(host, rest, [member.address for member in left_out])


def has_the_database(member: Host) -> bool:
    """Return whether the database steps run on a host of a fleet: no run goes on without it."""
    return member in member.fleet[:1] and member.environment.database is not None


def _named(host: Host, name: str) -> Host:
    found = [m for m in host.fleet if name in (m.address, f"{m.host}:{m.port}", m.host)]
    if len(found) != 1:
        raise Refused(f"--skip-host: found {name!r}; allowed: {', '.join(m.address for m in host.fleet)}.")
    return found[0]


def only(host: Host, members: Sequence[Host], left_out: Iterable[str] = ()) -> Host:
    """Return the primary of a fleet of `members` alone, which are of the same environment."""
    hosts = [host.shared.hosts[position] for position in sorted(member.position for member in members)]
    primary = _fleet(msgspec.structs.replace(host.shared, hosts=hosts), host.config)
    primary.left_out = tuple(left_out)
    return primary


def _ad_hoc(c: Connection) -> Environment:
    """Return the default environment with the one host that `-H` named instead of its own."""
    if not c.host or c.host.startswith("-"):
        raise Refused("-H: needs an environment's name or [user@]host[:port].")
    environment = inventory.load(inventory.default_name(), hosts=False)
    first = environment.hosts[0]
    named = HostSettings(
        host=c.original_host,
        user=_typed(c.user, c.ssh_config.get("user", c.config.user)),
        port=_typed(c.port, int(c.ssh_config.get("port", c.config.port))),
        key=_set(first.key),
        known_hosts=_set(first.known_hosts),
        roles=_roles(environment, c),
    )
    return msgspec.structs.replace(environment, hosts=[named])


def _roles(environment: Environment, c: Connection) -> tuple[str, ...]:
    """Return the roles of the host that `-H` named by its address, where it is one of the environment."""
    given = ((address.parse(one.host), one) for one in environment.hosts if one.roles and "${" not in one.host)
    known = {(found.host, found.port or one.port or c.config.port): one.roles for found, one in given}
    return known.get((c.host, c.port), ())


def _typed(value: T, otherwise: T) -> T | None:
    """Return what stood in -H; None where it is what Fabric takes otherwise: ssh may know better."""
    return value if value != otherwise else None


def _set(value: str | None) -> str | None:
    """Return a setting of the default host, or None where its variable is set nowhere."""
    return None if value and "${" in value else value


def _fleet(environment: Environment, config: Config) -> Host:
    key = (inventory.locate(), environment.name, *environment.hosts)
    if key not in _known:
        members = [_connect(environment, position, config) for position in range(len(environment.hosts))]
        primary = members[environment.hosts.index(host_roles.primary(environment))]
        fleet = (primary, *(member for member in members if member is not primary))
        for member in fleet:
            member.fleet = fleet
            member.hint = f" Environments in {HOSTS_FILE}: {', '.join(inventory.names())}."
        _known[key] = fleet[0]
    return _known[key]


def _connect(environment: Environment, position: int, config: Config) -> Host:
    own, settings = config.clone(), environment.hosts[position]
    given = address.parse(settings.host)
    user, port = given.user or settings.user, given.port or settings.port
    openssh.use(own, user, port)
    host = Host(
        given.host,
        user=user,
        port=port,
        config=own,
        connect_kwargs=_login(environment, settings, own),
    )
    host.environment, host.shared, host.position = host_roles.seen_from(environment, settings), environment, position
    host.known_hosts = tuple(_local(f) for f in [settings.known_hosts] if f)
    return host


def _login(environment: Environment, settings: HostSettings, config: Config) -> dict[str, Any]:
    """Return Fabric's own settings (`-i`, `--prompt-for-passphrase`, ...) together with the host's key."""
    kwargs = dict(config.connect_kwargs)
    kwargs.pop("key_filename", None)  # Fabric adds them again, with those of ~/.ssh/config
    for key in config.authentication.identities:
        _readable(Path(key).expanduser(), "-i")
    if settings.key:
        key = _readable(_local(settings.key), f"environments.{environment.name}.hosts: key")
        kwargs["key_filename"] = [str(key)]
    return kwargs


def _readable(key: Path, where: str) -> Path:
    try:
        key.open("rb").close()
    except OSError as error:
        raise Refused(f"{where}: the key {key} cannot be read: {error.strerror}.") from None
    return key


def _local(path: str) -> Path:
    given = Path(path).expanduser()
    return given if given.is_absolute() else inventory.locate().parent / given
