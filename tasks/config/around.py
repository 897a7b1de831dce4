"""What happens around a playbook: who is told of it, and the operator's own commands before and after it."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, field

from .shapes import TURN, WHERE, Line, Section, Text


class Notices(Section, frozen=True):
    """Who is told by `incident.notify`: Apprise `addresses`; and `on` which turns of a playbook they are by itself."""

    addresses: list[str] = field(default_factory=list)
    on: list[Annotated[str, Meta(pattern=TURN)]] = field(default_factory=list)


class Hook(Section, frozen=True):
    """A command of the operator's beside a playbook: `run`, once; or `on`, and `off`, whatever became of the playbook.

    It runs on every host, or `local`, where `fab` is. `playbooks` are those it belongs to; none: all.
    """

    title: Line = ""
    where: Annotated[str, Meta(pattern=WHERE)] = "host"
    run: Line = ""
    on: Line = ""
    off: Line = ""
    playbooks: list[Text] = field(default_factory=list)


class Hooks(Section, frozen=True):
    """What runs before a playbook changes anything, and after it; `turn`: pairs around the turn of each host.

    Those of `before` may be pairs of `on` and `off`, those of `turn` have to be.
    """

    before: list[Hook] = field(default_factory=list)
    turn: list[Hook] = field(default_factory=list)
    after: list[Hook] = field(default_factory=list)
