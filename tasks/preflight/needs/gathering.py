"""Asks a host for all that will be needed there, in three round trips: the first tells what the others ask about."""

from __future__ import annotations

import time
from typing import Any

from msgspec import structs

from ...config import inventory
from ...config.settings import Environment
from ...console.errors import Refused, Stopped
from ...engine import journal, lock
from ...ssh import typed
from ...ssh.host import Host
from ...ssh.probe import Probe, combined, nothing
from ...tools.alembic import rehearsal
from ...tools.compose import images, inspect
from ...tools.git import fitness
from ...tools.postgres import reads
from ...tools.postgres.psql import Database
from ...tools.postgres.server import Server
from ..backups import copies, finding, safety
from ..checks import examine
from ..checks.examine import Examined
from ..history import drills, past
from ..history.past import Past
from ..present import target_files
from ..revisions import schema, schema_choice
from ..target import commit_choice, image_choice
from ..target.image_candidates import Asked
from . import needs_table
from .looked import Data, Image, Looked, Target
from .need import Need

SECONDS = 180  # that a round trip may take: nobody waits for it in an incident, and a loaded host is asked a lot


def judged(member: Host, told: list[str] | None) -> list[Need]:
    """Return all that a host needs, judged; of one that is not reached, that alone. `told`: see `Looked`."""
    try:
        found = look(member)
    except Stopped as stopped:
        return needs_table.unreached(_why(stopped), typed.login(member))
    return needs_table.of(structs.replace(found, told=told))


def look(member: Host) -> Looked:
    """Return what was found on a host; what cannot be told is said in its place. Raises Stopped if not reached."""
    began = time.time()
    found: dict[str, Any] = member.ask(combined(dict, **_first(member.environment)), timeout=SECONDS)
    ahead = apart(found["examined"].now, began, time.time())
    e = examine.with_graph(member, found["examined"])
    known = {**found, "examined": e, **_further(member, e, found["past"], member is member.fleet[0])}
    return Looked(
        environment=member.environment,
        address=member.address,
        user=str(member.user),
        login=typed.login(member),
        settings=typed.edit(member.environment),
        primary=member is member.fleet[0],
        production=inventory.is_production(member.environment.name),
        ahead=ahead,
        **known,
    )


def _first(environment: Environment) -> dict[str, Probe[Any]]:
    """Return what can be asked at once, by the names that `Looked` has for it."""
    return {
        "examined": examine.probe(environment),
        "past": past.probe(environment),
        "lock": lock.show(environment),
        "compose": inspect.version_number(environment),
        "barred": journal.barred(environment),
        "unwritable": fitness.unwritable(environment),
        "origin": fitness.origin(environment),
        "backups": finding.listed(environment) if environment.database else nothing([]),
        "drills": drills.probe(environment),
    }


def apart(now: float, began: float, ended: float) -> float:
    """Return by how many seconds a clock that showed `now`, at some time from `began` to `ended`, is ahead of them."""
    return min(0.0, now + 1 - began) + max(0.0, now - ended)


def _further(member: Host, e: Examined, before: Past, primary: bool) -> dict[str, Any]:
    """Return what is known of the release to go back to, of the database, and of the images."""
    sha, known = before.target, member.environment.database
    live = _live(member, e) if primary and known else "no database"
    changing = bool(primary and member.environment.alembic)
    asked = _second(member.environment, e, sha, live, changing)
    found: dict[str, Any] = member.ask(combined(dict, **asked), timeout=SECONDS)
    target = _target(member, e, before, sha, found)
    target = _with_schema(member, e, target, found) if changing else target
    return {"sizes": found["sizes"], "target": _settled(member, e, target), "data": _data(member, live, found)}


def _second(
    environment: Environment, e: Examined, sha: str, live: Database | str, changing: bool
) -> dict[str, Probe[Any]]:
    """Return what is asked of the release `sha`, if there is one, of the `live` database, and of what runs."""
    parts: dict[str, Probe[Any]] = {"sizes": inspect.image_sizes(sorted(set(e.seen.image_ids.values())))}
    if isinstance(live, Database):
        parts["server"] = reads.or_why(reads.server(live))
    if changing:
        parts["graphs"] = schema.probe(environment, *([sha] if sha else []))
    if sha:
        parts["named"] = commit_choice.probe(environment, sha)
        parts["files"] = images.commit_files(environment, sha)
        parts["names_now"] = inspect.names_now(environment)
        parts["submodules"] = fitness.submodules(environment, sha)
    return parts


def _live(member: Host, e: Examined) -> Database | str:
    try:
        return copies.database_of(member, e.seen)
    except Refused as refused:
        return refused.reason


def _target(member: Host, e: Examined, before: Past, sha: str, found: dict[str, Any]) -> Target:
    """Return the release to go back to with its images, of which it is not known yet whether they are here."""
    if not sha:
        return Target()
    target = Target(commit=sha, submodules=found["submodules"])
    try:
        commit = commit_choice.known(member, sha, found["named"])
        wanted = target_files.check(member, e.seen, commit, (found["files"], e.drifted))
        asked = Asked(e.seen, commit, wanted, before.ledger, found["names_now"], hosts=(member,))
        choice = image_choice.choose(member, asked)
    except Stopped as stopped:
        return structs.replace(target, problem=_why(stopped))
    decided = {one.service: Image(one.service, one.source, here=False, pulled=True) for one in choice.decided}
    built = {i.service: Image(i.service, i.retained(sha), here=False) for i in choice.images}
    return structs.replace(target, images=list({**built, **decided}.values()))


def _with_schema(member: Host, e: Examined, target: Target, found: dict[str, Any]) -> Target:
    """Return the release to go back to with the way down to its schema."""
    try:
        if target.commit and not target.problem:
            commit = commit_choice.known(member, target.commit, found["named"])
            known = (target.commit, found["graphs"])
            return structs.replace(target, change=schema_choice.needed(member, e.seen, commit, known=known))
        return structs.replace(target, change=schema_choice.way_down(member, e.seen))
    except Stopped as stopped:
        return structs.replace(target, unreachable=_why(stopped))


def _settled(member: Host, e: Examined, target: Target) -> Target:
    """Return the release to go back to, asked whether its images are here and its downgrade was rehearsed."""
    parts: dict[str, Probe[Any]] = {}
    if target.images:
        parts["ids"] = inspect.image_ids({one.service: one.name for one in target.images})
    if target.change and target.change.changes:
        service = schema.alembic_of(member.environment).service
        image = e.seen.image_ids.get(service, "")
        parts["kept"] = rehearsal.kept(member.environment, image, target.change, compare=True)
    found: dict[str, Any] = member.ask(combined(dict, **parts), timeout=SECONDS) if parts else {}
    here = [structs.replace(one, here=bool(found["ids"].get(one.service))) for one in target.images]
    return structs.replace(target, images=here, rehearsed=found.get("kept", target.rehearsed))


def _data(member: Host, live: Database | str, found: dict[str, Any]) -> Data:
    """Return what is known of the database, and of the room for a snapshot of it."""
    if isinstance(live, str):
        return Data(problem=live)
    server: Server | str = found["server"]
    if isinstance(server, str):
        return Data(problem=server)
    try:
        return Data(server, room=safety.room(member, live, server))
    except Stopped as stopped:
        return Data(server, short=_why(stopped))


def _why(stopped: Stopped) -> str:
    return stopped.reason if isinstance(stopped, Refused) else str(stopped).rstrip(".")
