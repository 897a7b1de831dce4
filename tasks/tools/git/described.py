"""What a checkout tells of itself: where its repository begins, its branch, and where Alembic is configured in it."""

from __future__ import annotations

import posixpath

from msgspec import Struct

from ...config.settings import Environment
from ...console.text import last_line
from ...ssh.probe import Probe, by_key, single
from .commits import call


class Checkout(Struct, frozen=True, kw_only=True):
    """A checkout; paths are from its folder, `up` is the way to the repository's top.

    `configs` are its alembic.ini files, `sections` what of each has a script_location, `scripts` its script folders of
    Alembic, `flask` those of Flask-Migrate. `problem` says why it is none.
    """

    up: str = ""
    branch: str = ""
    configs: list[str] = []
    sections: dict[str, list[str]] = {}
    scripts: list[str] = []
    flask: list[str] = []
    problem: str = ""


def probe(environment: Environment) -> Probe[Checkout]:
    """Return the probe of the checkout."""
    command = call(environment, "describe-checkout.sh")
    return single(command, lambda answer: parse(answer.out) if answer.ok else Checkout(problem=last_line(answer.err)))


def parse(out: str) -> Checkout:
    """Return what describe-checkout.sh printed."""
    told = by_key(out)
    pairs = [one.partition(" ")[::2] for one in told["section"]]
    return Checkout(
        up="".join(told["up"]).rstrip("/"),
        branch="".join(told["branch"]),
        configs=[path for path in told["file"] if posixpath.basename(path) == "alembic.ini"],
        sections={path: [name for name, of in pairs if of == path] for _, path in pairs},
        scripts=[posixpath.dirname(path) for path in told["script"]],
        flask=[posixpath.dirname(path) for path in told["flask"]],
    )
