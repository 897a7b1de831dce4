"""The copies that hold values which are nowhere else, as an upgrade did not bring them back: pruned by name only."""

from __future__ import annotations

from ...config.settings import Environment
from ...ssh import paths
from ...ssh.probe import Probe, single
from ...ssh.shell import Word, quote


def note(environment: Environment, name: str) -> str:
    """Return a script that notes that the copy, or the dump, called `name` is the only place of some values."""
    name, noted = quote(name), _noted(environment)
    return f'noted={noted}\ngrep -qxF -e {name} "$noted" 2>/dev/null || printf \'%s\\n\' {name} >>"$noted"'


def probe(environment: Environment) -> Probe[list[str]]:
    """Return the probe of the names that were noted."""
    return single(f"cat {_noted(environment)} 2>/dev/null || :", lambda answer: answer.out.splitlines())


def _noted(environment: Environment) -> Word:
    return Word(f"{paths.state(environment)}/only-copies")
