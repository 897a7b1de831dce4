"""Where things of a deployment lie on its host."""

from __future__ import annotations

from ..config.settings import Environment
from .shell import Word, home


def app(environment: Environment) -> Word:
    """Return the checkout's folder as a shell word."""
    return home(environment.app.path)


def state(environment: Environment) -> Word:
    """Return the folder of lock, runs and ledger, as a shell word."""
    return home(state_path(environment))


def state_path(environment: Environment) -> str:
    """Return the same folder's path, relative to the login's home."""
    name = environment.app.path.strip("/").removeprefix("~/").replace("/", "_")
    return f".fab-rollback/{name}"
