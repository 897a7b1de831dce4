"""What a way down destroys: read from each migration's source, counted in the live database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ..console.commands import fab
from ..console.errors import Refused
from ..engine.asking import SURE
from ..ssh.host import Host
from ..ssh.probe import Probe
from ..tools.alembic import migrations, rehearsal
from ..tools.alembic.kept_rehearsal import Kept
from ..tools.alembic.migrations import Downgrade, loss
from ..tools.alembic.revisions import Revision
from ..tools.alembic.schema_change import SchemaChange
from ..tools.git.commits import Commit
from ..tools.postgres import reads
from ..tools.postgres.psql import Database
from .backups import copies, safety
from .present.state import State
from .revisions import previewed, schema
from .revisions.previewed import Counts
from .revisions.schema_choice import DowngradeOptions
from .ways_out import ways_out

NO_WAY_UP = "undo could not upgrade again"  # how rehearse.sh begins to say it
GONE = ": what that held comes back only as far as the downgrade makes it anew; a backup of before has it"


class Losses(NamedTuple):
    """Lines that say what each downgrade does, the questions that have to be asked by name, and the last rehearsal."""

    facts: list[str]
    questions: list[str]
    kept: Kept = Kept()

    @property
    def one_way(self) -> bool:
        """Whether the rehearsal found that no upgrade takes the downgrade back."""
        return any(text.startswith(NO_WAY_UP) for text in self.kept.lines("undo"))


def describe(
    c: Host, seen: State, change: SchemaChange, options: DowngradeOptions | None, target: Commit | None = None
) -> Losses:
    """Return what a way down destroys, and the sessions that it ends; without `options` it is only tried on a clone.

    What an earlier rehearsal of it found comes first: that `target` works on the present schema, most of all. Raises
    Refused where a downgrade is known to fail, and where the snapshot that is wanted would not fit.
    """
    overridden = change.override.revision if change.override else ""
    found = {r.id: migrations.classify(r.source) for r in change.downgrades if r.id != overridden}
    _refuse_known_failures(c, seen, change, found)
    live, compare = copies.database_of(c, seen), options is not None and options.rehearse is None
    server, sessions, kept, counted = c.ask(*_probes(c, seen, live, change, found, compare))
    room = safety.room(c, live, server) if options and options.snapshot and server else []
    said = [_describe(revision, found.get(revision.id), counted) for revision in change.downgrades]
    said += [_ending(line) for line in copies.blockers(c, sessions)] if options else []
    facts = [*_rehearsed(kept, target, compare), *room, *(fact for facts, _ in said for fact in facts)]
    return Losses(facts, [question for _, questions in said for question in questions], kept)


def _probes(
    c: Host, seen: State, live: Database, change: SchemaChange, found: Mapping[str, Downgrade], compare: bool
) -> list[Probe[Any]]:
    """Return what is asked; what must be known comes first: counting may take longer than is waited for."""
    image = seen.image_ids.get(schema.alembic_of(c.environment).service, "")
    return [
        reads.optional(reads.server(live)),
        reads.sessions(live),
        rehearsal.kept(seen.settled(c.environment), image, change, compare),
        previewed.counts(live, [drop for one in found.values() for drop in one.destroyed]),
    ]


def _rehearsed(kept: Kept, target: Commit | None, compare: bool) -> list[str]:
    """Return what a rehearsal found; where `target` works on the present schema, the way that loses nothing first."""
    works = [text for text in kept.lines("present") if target and f" {target.short} " in text]
    stay = fab(f"full-rollback --commit {target.short} --no-database") if target else ""
    others = kept.lines("undo", "left", "lacks", "again")
    holds = [kept.line] if compare and kept.line else []
    return [
        *(f"no data has to go: {text}: {stay}" for text in works),
        *holds,
        *(f"rehearsed: {text}" for text in others),
    ]


def _describe(revision: Revision, downgrade: Downgrade | None, counted: Counts) -> tuple[list[str], list[str]]:
    """Return what one downgrade (None: the operator's own SQL) does, and what has to be asked before it."""
    name = f"{revision.id} ({revision.title})"
    if downgrade is None:
        return [f"takes back {name} by your own SQL"], []
    lost = [loss(drop, counted[drop]) for drop in downgrade.destroyed]
    grave = downgrade.kind in ("destroys", "nothing")
    why = lost or ([_reasons(downgrade, revision)] if grave else [])
    left = [f"leaves type {one} behind: upgrading again may fail" for one in migrations.left_types(revision.source)]
    gone = [f"its upgrade {one.reason}{GONE}" for one in migrations.upgrade_losses(revision.source) if one.table]
    empty = _empty(downgrade, counted)
    does = "what it would destroy is empty" if empty and downgrade.kind == "destroys" else downgrade.kind
    facts = [f"takes back {name}: {does}", *(f"  {line}" for line in (*why, *gone, *left))]
    return facts, [f"{name}: {'; '.join(why)}.{SURE}"] if grave and not empty else []


def _ending(session: str) -> tuple[list[str], list[str]]:
    return [f"ends a session that would block it: {session}"], [f"This session will be ended: {session}."]


def _empty(downgrade: Downgrade, counted: Counts) -> bool:
    """Return whether all that it destroys was counted, and holds nothing."""
    drops = [one for one in downgrade.findings if one.kind == "destroys"]
    found = [(counted.get(one), int(bool(one.column))) for one in drops]
    return bool(drops) and all(count and not count[of_column] for count, of_column in found)


def _refuse_known_failures(c: Host, seen: State, change: SchemaChange, found: Mapping[str, Downgrade]) -> None:
    for revision in change.downgrades:
        if revision.id in found and found[revision.id].kind == "raises":
            why = _reasons(found[revision.id], revision)
            message = f"{revision.id} ({revision.title}) cannot be taken back: {why}."
            raise Refused(message, next=ways_out(c, seen, change.to_heads))


def _reasons(found: Downgrade, revision: Revision) -> str:
    return "; ".join(f"{revision.path}:{f.line}: {f.reason}" for f in found.findings if f.kind == found.kind)
