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
from .revisions import schema, upgraded_values
from .revisions.costs import costs
from .revisions.upgraded_values import names

NOT_REHEARSED = "the upgrade is not rehearsed in the run"


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


def upgrade(c: Host, seen: State, change: SchemaChange, *, image: str, tree: str) -> Migration:
    """Return the upgrade with `image`, which holds its migrations, or that runs; `tree` is the commit that comes back.

    Where they come with that, and in no image, it is only tried before the run, not in it.
    """
    found = downgrade.migration(c, seen, change, image=image, rehearse=False)
    rehearse = not _untried(c, seen, found) and bool(image or not tree)
    return structs.replace(found, tree=tree, rehearse=rehearse)


def look(
    c: Host, seen: State, run: str, found: SchemaBefore, migration: Migration, *, there: bool, dumped: bool
) -> Brought:
    """Return what upgrading brings back of the data before `run`: `there` is its snapshot, or `dumped` its dump.

    Raises Refused where the upgrade does not work.
    """
    instead = fab(f"undo --run {run} --restore-snapshot")
    kept = found.snapshot if there else found.dump if dumped else ""
    why = _untried(c, seen, migration) or ("" if there else _no_clone(kept))
    ways_out = render(f"The data of before that run: {instead}.") if kept else ""
    compared = why or upgraded_values.compare(c, migration, found.snapshot, ways_out)
    if isinstance(compared, Compared):
        return _told(compared, kept, instead)
    rows = costs(c, migration.live, kept, restore=False) if there else []
    has = f"; {kept} has them as they were: {instead}" if kept else ""
    told = f"whether values come back by upgrading cannot be known ({compared}){has}"
    return Brought(facts=[*rows, told, *([] if migration.rehearse else [NOT_REHEARSED])], only_copy=kept)


def _untried(c: Host, seen: State, migration: Migration) -> str:
    """Return why the upgrade cannot be tried; empty: it can."""
    service = schema.alembic_of(c.environment).service
    if not seen.of(service):
        return f"no rehearsal: there is no container of {service} beside whose like it could run"
    if migration.live.host and not migration.live.client:
        return "no rehearsal: no image for a server is known (database.client)"
    return ""


def _no_clone(dump: str) -> str:
    return "the snapshot is a dump, and is not compared" if dump else "there is no snapshot of before that run"


def _told(compared: Compared, snapshot: str, instead: str) -> Brought:
    facts = ["the upgrade works on a clone with all data, which was compared with the snapshot by primary keys"]
    facts += [f"  {line}" for line in upgraded_values.told(compared)]
    if compared.whole:
        return Brought(facts=facts, tried=True)
    facts.append(f"{snapshot} has all values as they were: {instead}{' (recommended)' if compared.different else ''}")
    other = names([one.title for one in compared.different])
    asked = f"Upgrading does not bring back the values of {other}; recommended: {instead}."
    return Brought(facts=facts, questions=[asked] if other else [], tried=True, only_copy=snapshot)
