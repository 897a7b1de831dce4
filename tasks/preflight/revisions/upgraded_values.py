"""Whether the values come back by upgrading again: tried on a clone with all data, and compared with the snapshot."""

from __future__ import annotations

from itertools import groupby

from ...console import terminal as console
from ...console.errors import Refused, Stopped
from ...console.text import last_line
from ...console.units import counted, size
from ...ssh.host import Host
from ...tools.alembic import rehearsal
from ...tools.compose import inspect
from ...tools.postgres import reads
from ...tools.postgres.compared import Column, Compared, parse_compared
from ...tools.postgres.server import Server
from ..present.reports import Migration

LARGEST = 10**9  # bytes of a database that is cloned with all data while somebody waits for a plan
LONGEST = 600  # seconds that he waits
SPACE = 4  # times the database: the clone, the clone of before, and the rows that are compared
SHOWN = 5  # names in a line


def compare(c: Host, found: Migration, snapshot: str, ways_out: str) -> Compared | str:
    """Return what the upgrade yields, compared with `snapshot`, or why that cannot be known.

    Raises Refused where the upgrade does not work.
    """
    server, ids = c.ask(reads.optional(reads.server(found.live)), inspect.image_ids({"it": found.image}))
    if why := _unfit(server, bool(ids.get("it"))):
        return why
    console.say("Trying the upgrade on a clone with all data, and comparing it with the snapshot.")
    call = rehearsal.compare(c.environment, found.image, found.change, ways_out, snapshot, found.tree)
    try:
        return _compared(c, call)
    except Refused:
        raise
    except Stopped as stuck:
        return str(stuck.message).rstrip(".")


def _compared(c: Host, call: str) -> Compared | str:
    ended = c.sh(call, timeout=LONGEST, check=False)
    said = last_line(ended.stderr)
    if said.startswith(rehearsal.FAILS) and ended.exited == 2:
        raise Refused(said, at=c.address)
    try:
        return parse_compared(ended.stdout) if ended.ok else f"the comparison failed: {said}"
    except (ValueError, KeyError):
        return "the comparison was cut off"


def _unfit(server: Server | None, kept: bool) -> str:
    """Return why nothing can be compared; empty: it can."""
    if not kept:
        return "no rehearsal beforehand: the image that holds the migrations is built in the run"
    if not server or not server.live:
        return "the server does not say how large the database is"
    if server.live.bytes > LARGEST:
        return f"too large: it has {size(server.live.bytes)}, and more than {size(LARGEST)} are not cloned for a plan"
    return "" if server.fits(SPACE * server.live.bytes) else f"too little disk to clone it for a plan: {server.free}"


def told(found: Compared) -> list[str]:
    """Return lines that say what does not come back by upgrading, what cannot be known, and what is the same."""
    gone = "{} rows of {} are in the snapshot only: upgrading does not bring them back"
    others = "{}: upgrading yields other values in {} of {} rows than the snapshot has"
    stay = "{}: {} rows have another value than in the snapshot, and keep it: changed since, or by the downgrade"
    return [
        *(others.format(one.title, one.others, one.table.rows) for one in found.different),
        *(gone.format(one.gone, one.name) for one in found.tables if one.gone),
        *_unknown(found.unknown),
        *(stay.format(one.title, one.since) for one in found.columns if one.since),
        *_same(found),
    ]


def _unknown(columns: list[Column]) -> list[str]:
    return [
        f"{table}: whether the values of {names([one.name for one in of])} come back cannot be known: {why}"
        for (table, why), of in groupby(columns, lambda one: (one.table.name, one.unknown))
    ]


def _same(found: Compared) -> list[str]:
    columns = [one.title for one in found.columns if one.same]
    return [
        *([f"come back as the snapshot has them: {names(columns)}"] if columns else []),
        *(
            [f"the same throughout: {counted(len(found.alike), 'table')}: {names(list(found.alike))}"]
            if found.alike
            else []
        ),
    ]


def names(known: list[str]) -> str:
    """Return the names, five at most."""
    more = f" and {len(known) - SHOWN} more" if len(known) > SHOWN else ""
    return f"{', '.join(known[:SHOWN])}{more}"
