"""One host of one environment: the connection every task works with."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from fabric import Config, Connection

from . import inventory, shell, state
from .errors import ConnectionLost, Failed
from .runner import Runner
from .settings import Environment, HostSettings
from .ssh import Secured

PROBE_TIMEOUT = 60  # seconds
LONGEST_COMMAND = 120_000  # bytes; Linux takes 131,072 in one argument


class Host(Secured):
    """A connection that knows its environment; `fleet` holds all hosts of it, the primary first."""

    environment: Environment | None = None
    fleet: tuple[Host, ...] = ()

    @property
    def address(self) -> str:
        """Return user@host:port, for messages."""
        return f"{self.user}@{self.host}:{self.port}"

    def _remote_runner(self):
        return self.config.runners.remote(context=self, inline_env=True)

    def sh(self, script: str, timeout: int = PROBE_TIMEOUT, check: bool = True, out=None):
        """Run a POSIX sh script on the host and return Fabric's result.

        `timeout` is in seconds; `out` is a stream that gets the output as it comes. With `check`,
        an exit code other than 0 raises Failed with the last line of what the script said.
        """
        if len(script) > LONGEST_COMMAND:
            raise Failed(f"A script of {len(script)} bytes is too long for one command.")
        result = self.run(
            f"sh -c {shell.quote(script)}",
            hide="stderr" if out else True,
            out_stream=out,
            warn=True,
            pty=False,
            in_stream=False,
            dry=False,
            timeout=timeout,
        )
        if result.exited == -1 and not self.is_connected:
            raise ConnectionLost(f"{self.address}: the connection was lost.")
        if check and not result.ok:
            raise Failed(f"{self.address}: {last_line(result.stderr or result.stdout)}")
        return result

    def ask(self, commands: Mapping[str, str], timeout: int = PROBE_TIMEOUT) -> dict[str, shell.Answer]:
        """Run read-only commands in one round trip; `timeout`, in seconds, is for all of them."""
        mark = shell.nonce()
        result = self.sh(shell.batch(commands, mark), timeout=timeout, check=False)
        found = shell.answers(result.stdout, result.stderr, mark)
        return {name: found.get(name, shell.NOT_REACHED) for name in commands}

    def look(self) -> state.State:
        """Return where the deployment is now, asked in one round trip."""
        return state.read(self.environment, self.ask(state.questions(self.environment)))

    def open_channel(self, script: str):
        """Return a channel on which `script` runs until it ends or the channel is closed."""
        channel = self.create_session()
        channel.settimeout(PROBE_TIMEOUT)
        channel.exec_command(f"sh -c {shell.quote(script)}")
        return channel


def last_line(text: str) -> str:
    """Return the last line that says something."""
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1].strip() if lines else "failed without a word"


_known: dict[tuple, Host] = {}


def resolve(c) -> Host:
    """Return the configured primary host that `c` stands for, one connection a host and process.

    `c` is what Fabric gave the task: a connection named by `-H` (an environment's name or an
    address), or no connection at all: then the default environment is meant.
    """
    if isinstance(c, Host):
        return c
    asked = c.original_host if isinstance(c, Connection) else inventory.default_name()
    known = inventory.names()
    if asked in known:
        environment = inventory.load(asked)
        return _fleet(environment, environment.hosts, c.config)
    environment = inventory.load(inventory.default_name())
    return _fleet(environment, [HostSettings(host=asked)], c.config)


def _fleet(environment: Environment, hosts: list[HostSettings], config: Config) -> Host:
    key = (environment.name, tuple(h.host + str(h.port) for h in hosts))
    if key not in _known:
        fleet = tuple(_connect(environment, settings, config) for settings in hosts)
        for member in fleet:
            member.fleet = fleet
        _known[key] = fleet[0]
    return _known[key]


def _connect(environment: Environment, settings: HostSettings, config: Config) -> Host:
    own = Config(overrides={}) if not isinstance(config, Config) else config.clone()
    own.runners.remote = Runner
    host = Host(
        settings.host,
        user=settings.user,
        port=settings.port,
        config=own,
        connect_kwargs=_login(settings, own),
    )
    host.environment = environment
    host.known_hosts = tuple(_local(f) for f in [settings.known_hosts] if f)
    return host


def _login(settings: HostSettings, config: Config) -> dict:
    kwargs = dict(config.connect_kwargs)
    if settings.key:
        kwargs["key_filename"] = [str(_local(settings.key))]
    return kwargs


def _local(path: str) -> Path:
    return inventory.locate().parent / Path(path).expanduser()
