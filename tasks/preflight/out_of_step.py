"""Hosts that a run went on without, and that were not brought into line since."""

from __future__ import annotations

from ..console.errors import Refused
from ..engine import left_out
from ..ssh.host import Host


def members(c: Host) -> list[Host]:
    """Return the hosts that the first one remembers as out of step; Refused where it is one of them itself."""
    out = c.ask(left_out.remembered(c.environment))
    if c.address in out:
        raise Refused(f"{c.address} itself is out of step: others cannot be brought to where it is.")
    return [member for member in c.fleet if member.address in out]
