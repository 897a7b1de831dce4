"""Whether the hosts of a fleet stand at the same, in a line; and a line for a host that cannot be looked at."""

from __future__ import annotations

from collections.abc import Sequence

from ...console.errors import Stopped
from ...ssh.host import Host
from ...ssh.parallel import parallel_map
from . import overview
from .overview import Overview

AWAY = "cannot be reached"


def look(fleet: Sequence[Host]) -> list[Overview]:
    """Return what stands where on every host; of several, one that cannot be reached has a line that says so."""
    found = parallel_map(fleet, _look)
    errors = [one for one in found if isinstance(one, Stopped)]
    if len(errors) == len(found):
        raise errors[0]
    return [_away(m, one) if isinstance(one, Stopped) else one for m, one in zip(fleet, found, strict=True)]


def _look(member: Host) -> Overview | Stopped:
    try:
        return overview.look(member)
    except Stopped as error:
        return error


def _away(member: Host, error: Stopped) -> Overview:
    return Overview(host=member.address, well=False, lines=[("host", f"{AWAY}: {error.message}")])


def away(one: Overview) -> bool:
    """Return whether a host could not be reached: what looks at all of them, as diagnose does, is of no use then."""
    return not one.facts.commit and "host" in dict(one.lines)


def told(found: Sequence[Overview]) -> str:
    """Return which hosts stand where, if they do not all stand at the same; empty where they do."""
    groups: dict[str, list[str]] = {}
    for one in found:
        groups.setdefault(_standing(one), []).append(one.host)
    return "; ".join(f"{', '.join(hosts)}: {where}" for where, hosts in groups.items()) if len(groups) > 1 else ""


def _standing(one: Overview) -> str:
    facts = one.facts
    if away(one):
        return AWAY
    down = sorted({f"{k.service} {k.status}" for k in facts.containers if not (k.running or k.ended)})
    return ", ".join([f"{facts.commit[:12] or 'no commit'} ({facts.subject})", *down])
