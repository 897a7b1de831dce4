"""The look before a rollback: every host reached and found fit, the target understood; nothing is changed."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..console.errors import Refused
from ..console.units import size
from ..ssh.parallel import ask
from ..tools.alembic.schema_change import SchemaChange
from ..tools.compose import images
from ..tools.git import checkout
from ..tools.git.commits import Commit
from . import commit_choice as choice
from . import losses, schema, state
from . import schema_choice as schemas
from .schema import Known
from .state import State

ROOM = 1024**3  # bytes that a build and a snapshot need at the least


@dataclass(frozen=True)
class Way:
    """What the operator said of the way back: `override_sql` replaces a downgrade, `schema` is whether it moves."""

    stash: bool = False
    revision: str | None = None
    schema: bool = True
    override_sql: str | None = None
    snapshot: bool = False


@dataclass
class Sight:
    """What the look found: the primary's state, the target, what it wants of containers and schema."""

    seen: State
    target: Commit
    wanted: images.Target
    applications: list[str]
    schema: SchemaChange | None = None
    facts: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)

    @property
    def migrates(self) -> bool:
        """Whether the schema has to change."""
        return self.schema is not None and self.schema.changes


def look(c, commit: str, way: Way = Way()) -> Sight:
    """Return what a rollback to `commit` would meet, or raise Refused for what makes it impossible.

    Every host is asked for all of it at once; what a downgrade destroys needs a second question.
    """
    answers = ask(c.fleet, lambda member: _questions(member, commit, way))
    states = [state.read(member.environment, found) for member, found in zip(c.fleet, answers, strict=True)]
    for member, seen in zip(c.fleet, states, strict=True):
        fit(member, seen, stash=way.stash)
    hosts = list(zip(c.fleet, states, answers, strict=True))
    targets = [choice.read(member, commit, found) for member, _seen, found in hosts]
    if len({t.sha for t in targets}) > 1:
        raise Refused(f"{commit} is not the same commit on every host: name it by its full hash. Nothing was changed.")
    wanted = [images.look_at(member, seen, targets[0], found) for member, seen, found in hosts][0]
    sight = Sight(states[0], targets[0], wanted, _applications(c, states))
    if way.stash and sight.seen.modified:
        names = ", ".join(sight.seen.modified[:5])
        sight.facts.append(f"local changes are put aside ({names}): git stash pop in the checkout brings them back")
    if way.schema:
        _look_at_schema(c, sight, way, _known(c, commit, answers[0].get("migrations")))
    else:
        _leave_schema(c, sight)
    return sight


def _questions(member, commit: str, way: Way) -> dict[str, str]:
    environment = member.environment
    primary = member is member.fleet[0]
    return {
        **state.questions(environment),
        **choice.questions(environment, commit),
        **images.questions_about(environment, commit),
        **(_migrations(environment, commit) if way.schema and primary else {}),
    }


def _migrations(environment, commit: str) -> dict[str, str]:
    configured = environment.database and environment.database.alembic
    return {"migrations": schema.probe(environment, commit).commands[""]} if configured else {}


def fit(member, seen: State, *, stash: bool = False) -> None:
    """Raise Refused where a host cannot be worked on, with what to do about it."""
    state.require(member.address, seen)
    short = [f"{place} has {size(free)} free" for place, free in seen.free.items() if free < ROOM]
    if short:
        raise Refused(f"{member.address}: too little disk: {', '.join(short)}, not {size(ROOM)}. Nothing was changed.")
    checkout.refuse_local_changes(seen, stash)


def before(sight: Sight) -> dict:
    """Return what `undo` has to know of the state that is left."""
    seen, head = sight.seen, sight.seen.head
    return {
        "commit": head,
        "branch": seen.branch,
        "revision": seen.revision,
        "images": {i.service: i.retained(head) for i in sight.wanted.images if seen.of(i.service)},
        "running": sorted({k.service for k in seen.containers if k.running}),
        "healthy": seen.healthy,
    }


def records(sight: Sight) -> list[dict]:
    """Return what the ledger will say once the rollback is proven: the target is good, what was left is bad."""
    left, target = sight.seen, sight.target
    good = {
        "event": "good",
        "commit": target.sha,
        "subject": target.subject,
        "revision": sight.schema.to_heads if sight.schema else left.revision,
        "images": {i.service: i.retained(target.sha) for i in sight.wanted.images},
    }
    bad = {"event": "bad", "commit": left.head, "subject": left.subject, "revision": left.revision}
    return [bad, good] if left.head != target.sha else [good]


def _applications(c, states: list[State]) -> list[str]:
    services = {k.service for seen in states for k in seen.containers}
    return sorted(services - {c.environment.service("database")})


def _known(c, commit: str, answer) -> Known | None:
    return (commit, schema.probe(c.environment, commit).read({"": answer})) if answer else None


def _look_at_schema(c, sight: Sight, way: Way, known: Known | None) -> None:
    sight.schema = schemas.needed(c, sight.seen, sight.target, way.revision, way.override_sql, known)
    if sight.schema is None:
        sight.facts.append("no alembic in hosts.yaml: the schema is left as it is")
    elif not sight.schema.changes:
        rows = sight.schema.goal
        sight.facts.append(f"the database is at {rows}, where the target needs it")
    else:
        facts, sight.questions = losses.describe(c, sight.seen, sight.schema, snapshot=way.snapshot)
        sight.facts += facts


def _leave_schema(c, sight: Sight) -> None:
    rows = ", ".join(sight.seen.revision or [])
    if not rows:
        return
    sight.facts.append(f"the schema stays at {rows} (--no-database)")
    if upgrade := schema.start_up_upgrade(c, sight.target.sha):
        sight.warnings.append(f"the target's start-up runs `{upgrade}`: it will not find {rows} there, and fail")
