"""What a checkout tells of itself: where its repository begins, its branch, and where Alembic is configured in it."""

from __future__ import annotations

import posixpath

from msgspec import Struct

from ...config.settings import Environment
from ...console.text import last_line
from ...ssh import paths, scripts
from ...ssh.probe import Probe, single


class Checkout(Struct, frozen=True, kw_only=True):
    """A checkout; paths are from its folder, `up` is the way to the repository's top.

    `configs` are its alembic.ini files, `scripts` its script folders of Alembic, `flask` those of Flask-Migrate.
    `problem` says why it is none.
    """

    up: str = ""
    branch: str = ""
    configs: list[str] = []
    scripts: list[str] = []
    flask: list[str] = []
    problem: str = ""


def probe(environment: Environment) -> Probe[Checkout]:
    """Return the probe of the checkout."""
    command = scripts.call("tools/git/describe-checkout.sh", APP=paths.app(environment))
    return single(command, lambda answer: parse(answer.out) if answer.ok else Checkout(problem=last_line(answer.err)))


def parse(out: str) -> Checkout:
    """Return what describe-checkout.sh printed."""
    lines = [line.partition(" ")[::2] for line in out.splitlines()]
    told = {key: [value for name, value in lines if name == key] for key in dict(lines)}
    return Checkout(
        up="".join(told.get("up", [])).rstrip("/"),
        branch="".join(told.get("branch", [])),
        configs=[path for path in told.get("file", []) if posixpath.basename(path) == "alembic.ini"],
        scripts=[posixpath.dirname(path) for path in told.get("script", [])],
        flask=[posixpath.dirname(path) for path in told.get("flask", [])],
    )
