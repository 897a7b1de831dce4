"""What the name of a file says: when the backup was made, and of which database."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone

from ...tools.postgres.names import parse_copy

STAMP = re.compile(
    r"(?<!\d)(?P<y>20\d\d)[-._]?(?P<m>0[1-9]|1[0-2])[-._]?(?P<d>0[1-9]|[12]\d|3[01])"
    r"(?:[-T_ .]*(?P<H>[01]\d|2[0-3])[-:.h]?(?P<M>[0-5]\d)(?:[-:.m]?(?P<S>[0-5]\d))?)?(?!\d)"
)
LONG = re.compile(r"(?<!\d)(?P<d>\d{1,2})-(?P<month>[A-Z][a-z]+)-(?P<y>20\d\d)(?!\d)")
DAY = timedelta(days=1)
EVERYWHERE = {"postgres", "template0", "template1"}  # databases whose names say nothing
ZONE = timedelta(hours=14)  # what a clock may be off that a name does not tell the zone of


def taken(path: str, modified: int) -> int:
    """Return when a backup was made (epoch seconds): as its name says, else as its file's time does.

    A name that tells the day alone leaves the hour to the file, where that is of about that day.
    """
    name = path.rpartition("/")[2]
    if found := STAMP.search(name):
        return _of_stamp(found, modified)
    if (found := LONG.search(name)) and (day := _parsed(f"{found['d']} {found['month']} {found['y']}")):
        return _of_day(day, modified)
    return modified


def _of_stamp(found: re.Match[str], modified: int) -> int:
    try:
        day = datetime(int(found["y"]), int(found["m"]), int(found["d"]), tzinfo=timezone.utc)
    except ValueError:
        return modified
    if found["H"] is None:
        return _of_day(day, modified)
    clock = timedelta(hours=int(found["H"]), minutes=int(found["M"]), seconds=int(found["S"] or 0))
    return int((day + clock).timestamp())


def _parsed(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%d %B %Y").replace(tzinfo=timezone.utc)
    except ValueError:
        return None


def _of_day(day: datetime, modified: int) -> int:
    of_the_file = datetime.fromtimestamp(modified, timezone.utc)
    return modified if day - ZONE <= of_the_file < day + DAY + ZONE else int(day.timestamp())


def is_of(path: str, database: str, others: Iterable[str]) -> bool | None:
    """Return whether the name says that a backup is of `database`, or of one of the `others`; None: of none of them.

    Where it may be several, it is of that with the longest name.
    """
    name = path.rpartition("/")[2]
    asked = {one for one in others if one and one not in EVERYWHERE and not parse_copy(one, database)} | {database}
    known = [one for one in asked if _names(name, one)]
    return max(known, key=len) == database if known else None


def _names(name: str, database: str) -> bool:
    """Return whether the name of a file has that of a database in it, as a part of its own."""
    spelled = {re.escape(database), re.escape(re.sub(r"[^A-Za-z0-9.-]", "_", database))}
    return any(re.search(rf"(?<![A-Za-z0-9]){one}(?![A-Za-z0-9])", name) for one in spelled)
