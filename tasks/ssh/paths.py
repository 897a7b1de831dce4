"""Where things of a deployment lie on its host."""

from __future__ import annotations

from ..config.settings import Environment
from . import scripts
from .shell import Word, home


def app(environment: Environment) -> Word:
    """Return the checkout's folder as a shell word."""
    return home(environment.app.path)


def state(environment: Environment) -> Word:
    """Return the folder of lock, runs and ledger, as a shell word: state-folder.sh finds it, on the host."""
    old = home(f".fab-rollback/{name(environment)}")
    return Word(f'"$({scripts.call("ssh/state-folder.sh", app(environment), old)})"')


def name(environment: Environment) -> str:
    """Return what the deployment is called on its host, after the path of its checkout."""
    return environment.app.path.strip("/").removeprefix("~/").replace("/", "_")
