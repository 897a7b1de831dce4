"""What an undo that upgrades again brings back of the data of before, and where the rest of them is kept."""

from __future__ import annotations

from msgspec import Struct, field, structs

from ..console.commands import fab, render
from ..engine.before import SchemaBefore
from ..ssh.host import Host
from ..tools.alembic.schema_change import SchemaChange
from ..tools.postgres.compared import Compared
from . import downgrade
from .present.reports import Migration
from .present.state import State
from .revisions import schema, values
from .revisions.costs import costs
from .revisions.values import names

NOT_TRIED = "no rehearsal: {}"


class Brought(Struct, frozen=True, kw_only=True):
    """What is told of the data, and asked.

    Attributes:
        tried: whether the upgrade was tried with all data already, and works.
        only_copy: the snapshot or dump that holds what is nowhere else, as far as is known; empty: all comes back.
    """

    facts: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    tried: bool = False
    only_copy: str = ""


def upgrade(c: Host, seen: State, change: SchemaChange, *, image: str, whole: bool) -> Migration:
    """Return the upgrade with `image`, which holds its migrations; none: they are in what runs, or come with the code.

    `whole` is whether the code moves as well.
    """
    found = downgrade.migration(c, seen, change, image=image, rehearse=False)
    there = bool(seen.of(schema.alembic_of(c.environment).service))  # the rehearsal runs beside its like
    made_of = found.live.client or not found.live.host  # an image that its server is made of
    return structs.replace(found, rehearse=there and bool(made_of) and (bool(image) or not whole))


def look(c: Host, run: str, found: SchemaBefore, migration: Migration, *, there: bool, dumped: bool) -> Brought:
    """Return what upgrading brings back of the data before `run`: `there` is its snapshot, or `dumped` its dump.

    Raises Refused where the upgrade does not work.
    """
    instead = fab(f"undo --run {run} --restore-snapshot")
    if not there and not dumped:
        return Brought(facts=["whether values come back cannot be known: there is no snapshot of before that run"])
    if not there:
        why = "the snapshot is a dump, which is not compared"
        return _unknown(why, f"{found.dump} has them as they were: {instead}", found.dump)
    compared = _compared(c, found, migration, render(f"The data of before that run: {instead}."))
    if isinstance(compared, Compared):
        return _told(compared, found.snapshot, instead)
    rows = costs(c, migration.live, found.snapshot, restore=False)
    return _unknown(compared, f"{found.snapshot} has them as they were: {instead}", found.snapshot, rows)


def _compared(c: Host, found: SchemaBefore, migration: Migration, ways_out: str) -> Compared | str:
    if not migration.rehearse:
        return NOT_TRIED.format(_why_not(migration))
    return values.compare(c, migration, found.snapshot, ways_out)


def _why_not(migration: Migration) -> str:
    if migration.live.host and not migration.live.client:
        return f"the database is at {migration.live.host}, and no image for a server is known (database.client)"
    return "the migrations come with the checkout, or nothing runs beside which it could be tried"


def _unknown(why: str, instead: str, kept: str, rows: list[str] | None = None) -> Brought:
    told = f"whether values come back by upgrading cannot be known ({why}); {instead}"
    return Brought(facts=[*(rows or []), told], only_copy=kept)


def _told(compared: Compared, snapshot: str, instead: str) -> Brought:
    facts = ["the upgrade works on a clone with all data; compared there with the snapshot, by primary keys:"]
    facts += [f"  {line}" for line in values.told(compared)]
    if compared.whole:
        return Brought(facts=facts, tried=True)
    facts.append(f"{snapshot} has all values as they were: {instead}{' (recommended)' if compared.different else ''}")
    other = names([one.title for one in compared.different])
    asked = f"Upgrading does not bring back the values of {other}; recommended: {instead}. Upgrade all the same?"
    return Brought(facts=facts, questions=[asked] if other else [], tried=True, only_copy=snapshot)
