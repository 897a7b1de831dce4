"""Command line of the sandbox: ``python -m sandbox up | reset | down | list | exec``."""

import argparse
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from . import cleanup, container, engine, paths, ports, records
from .host import Host
from .progress import console, fail
from .shell import SandboxError
from .variant import DEFAULT_ENGINE, ENGINES, Variant

Verb = Callable[[argparse.Namespace], int | None]
FLAGS = {
    "--bind-mount": ("bind_mount", True, "mount the checkout into the app's container"),
    "--no-container-names": ("container_names", False, "let compose name the containers"),
    "--no-frontend": ("frontend", False, "an app without a web service"),
    "--no-database": ("database", False, "an app without a database"),
    "--no-alembic": ("alembic", False, "an app that makes its own tables"),
    "--crash-loop": ("crash_loop", True, "v3 migrates, then exits, for ever"),
    "--downgrade-raises": ("downgrade_raises", True, "v3's migration cannot be taken back"),
    "--alembic-subfolder": ("alembic_subfolder", True, "the backend lies in backend/"),
}


def main(arguments: list[str] | None = None) -> int:
    """Run one verb and return the exit code."""
    options = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # leave nothing half made behind
    try:
        return options.verb(options) or 0
    except SandboxError as error:
        return fail(str(error))
    except KeyboardInterrupt:
        return fail("interrupted; run the same command again to go on")


def _up(options: argparse.Namespace) -> None:
    """Bring a host up and say how to reach it."""
    host = Host.up(options.name, _variant(options), options.port)
    console.print(f"[bold]{host.name}[/] is up: release v3 is deployed, and broken")
    releases = "  ".join(f"{name} {sha[:10]}" for name, sha in host.releases.items())
    print(f"ssh -i {host.key} -o UserKnownHostsFile={host.known_hosts} -p {host.port} ubuntu@127.0.0.1")
    print(f"releases: {releases}")


def _variant(options: argparse.Namespace) -> Variant:
    """Return the variant that the options of ``up`` describe; raise SandboxError for one that is not made."""
    chosen = {field: getattr(options, field) for field, _, _ in FLAGS.values()}
    try:
        return Variant(engine=options.engine, compose=options.compose, **chosen)
    except ValueError as error:
        raise SandboxError(str(error)) from None


def _reset(options: argparse.Namespace) -> None:
    """Put a host back to where v3 was just deployed."""
    Host.get(options.name).reset()


def _down(options: argparse.Namespace) -> None:
    """Remove one host, or everything of this clone."""
    if options.name:
        Host.get(options.name).down()
    else:
        cleanup.everything()
    if options.purge:
        cleanup.purge()


def _list(options: argparse.Namespace) -> None:
    """Print a line per host."""
    engine.ensure()
    for name, port in sorted(records.ports().items()):
        state = "running" if container.running(paths.container(name)) else "stopped"
        variant = Host.get(name).variant.extraordinary()
        shown = " ".join(f"{option}={value}" for option, value in variant.items())
        print(f"{name}\t127.0.0.1:{port}\t{state}\t{shown}")


def _exec(options: argparse.Namespace) -> int:
    """Run a command on a host with this terminal's input and output, and return its exit code."""
    host = Host.get(options.name)
    command = [word for word in options.command if word != "--"]
    terminal = ["-it"] if sys.stdin.isatty() and sys.stdout.isatty() else ["-i"]
    login = ["-u", "ubuntu", "-w", "/home/ubuntu", "-e", "HOME=/home/ubuntu"]
    return subprocess.call(["docker", "exec", *terminal, *login, host.container, *(command or ["bash"])])


def _parser() -> argparse.ArgumentParser:
    """Describe the verbs and their options."""
    parser = argparse.ArgumentParser("python -m sandbox", description="A production host in a container.")
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    up = _named(_verb(verbs, "up", _up, "bring a host up (again)"), ports.DEFAULT)
    up.add_argument("--engine", choices=[*ENGINES], default="", help=f"Docker 20.10 or the newest [{DEFAULT_ENGINE}]")
    up.add_argument("--compose", choices=["v1", "v2"], default="", help="docker-compose or docker compose")
    up.add_argument("--port", type=int, help="sshd's port on 127.0.0.1")
    for flag, (field, value, text) in FLAGS.items():
        up.add_argument(flag, dest=field, action="store_const", const=value, default=not value, help=text)
    _named(_verb(verbs, "reset", _reset, "put a host back to where v3 was just deployed"), ports.DEFAULT)
    down = _named(_verb(verbs, "down", _down, "remove a host, or all of them"), None)
    down.add_argument("--purge", action="store_true", help="also remove the images and the base tarball")
    _verb(verbs, "list", _list, "list the hosts")
    run = _verb(verbs, "exec", _exec, "run a command on a host: exec NAME -- CMD")
    run.add_argument("name", metavar="NAME")
    run.add_argument("command", nargs=argparse.REMAINDER)
    return parser


def _verb(verbs: Any, word: str, function: Verb, text: str) -> argparse.ArgumentParser:
    """Add one verb."""
    parser: argparse.ArgumentParser = verbs.add_parser(word, help=text, description=text)
    parser.set_defaults(verb=function)
    return parser


def _named(parser: argparse.ArgumentParser, default: str | None) -> argparse.ArgumentParser:
    """Let the verb take a host's name; ``default`` is the host it is about when none is named."""
    parser.add_argument("name", metavar="NAME", nargs="?", default=default)
    return parser


if __name__ == "__main__":
    sys.exit(main())
