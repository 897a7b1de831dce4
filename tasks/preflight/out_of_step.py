"""Hosts that a run went on without, and that were not brought into line since."""

from __future__ import annotations

from ..console.errors import Refused
from ..engine import left_out
from ..ssh.host import Host
from ..ssh.parallel import parallel_map


def members(c: Host) -> list[Host]:
    """Return the hosts that others remember as out of step; Refused where none is left that could say so.

    What such a host remembers itself is of before it was left out, and does not count.
    """
    said = parallel_map(c.fleet, lambda member: set(member.ask(left_out.remembered(member.environment))))
    named = set().union(*said)
    known = [words for member, words in zip(c.fleet, said, strict=True) if member.address not in named]
    if not known:
        raise Refused("every host is out of step by what another remembers: roll all of them back together.")
    return [member for member in c.fleet if member.address in set().union(*known)]
