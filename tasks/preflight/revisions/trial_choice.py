"""Which image a rehearsal tries on the downgraded schema, and which health addresses it is asked by."""

from __future__ import annotations

from ...config.settings import Address
from ...console.errors import Refused
from ...ssh.host import Host
from ...ssh.probe import answered
from ...ssh.shell import quote
from ...tools.alembic.schema_change import SchemaChange
from ...tools.alembic.trial import Trial
from ...tools.compose import answering, compose, projects
from ...tools.compose.images import Target
from ...tools.git.commits import Commit
from ..present import own_images, target_files
from ..present.state import State
from . import schema, schema_choice

UNTOLD = "a swarm's configs and secrets are not given to one"
NO_WAY = "no health address leads to {}: by a port that it publishes (http://), or behind a proxy by its name"


def choose(c: Host, seen: State, change: SchemaChange, commit: Commit | None) -> tuple[Trial | None, str]:
    """Return what is tried of `commit`, or of the newest that needs the heads of `change`; and the line that says so.

    None where nothing can be tried; the line says why.
    """
    found = _found(c, seen, change, commit)
    if isinstance(found, str):
        return None, f"no image is tried on the downgraded schema: {found}"
    shown = ", ".join(one.shown for one in found.addresses)
    return found, f"the image of {found.commit.title} is tried on the downgraded schema: {shown}"


def present(c: Host, seen: State, commit: Commit | None) -> tuple[Trial | None, str]:
    """Return what is tried of `commit`, which runs, on the schema that another brings; and the line that says so."""
    if c.environment.stack:
        return None, f"whether what runs works on the new schema is not tried: {UNTOLD}"
    service, addresses = _asked(c, seen)
    image = seen.image_ids.get(service)
    if not (commit and addresses and image):
        lacks = NO_WAY.format(service) if commit else "which commit runs is unknown"
        return None, f"whether what runs works on the new schema is not tried: {lacks}"
    return Trial(commit, service, image, addresses), f"the image of {commit.title}, which runs, is tried on that schema"


def _found(c: Host, seen: State, change: SchemaChange, commit: Commit | None) -> Trial | str:
    if c.environment.stack:
        return UNTOLD
    commit = commit or schema_choice.fitting(c, change.to_heads)
    if commit is None:
        return f"none of the last {schema_choice.LOOKED_AT} commits needs {change.goal}; --commit names one"
    service, addresses = _asked(c, seen)
    if not addresses:
        return f"{NO_WAY.format(service)} (health.urls)"
    try:
        image = image_of(c, seen, target_files.check(c, seen, commit), commit, service)
    except Refused as refused:
        return f"there is no image of {commit.short} ({refused.reason})"
    if not c.ask(answered(f"docker image inspect {quote(image)}")).ok:
        return f"there is no image {image}: a full rollback builds it from {commit.title}"
    return Trial(commit, service, image, addresses)


def image_of(c: Host, seen: State, target: Target, commit: Commit, service: str) -> str:
    """Return the name of the image of the commit: of the kept one, unless its files name it."""
    own = next((i for i in own_images.concerned(c.environment, seen, target) if i.service == service), None)
    if own is None:
        return compose.tagged(str(target.files.services.get(service, {}).get("image") or service))
    return own.live if own_images.named(target, own) else own.retained(commit.sha)


def _asked(c: Host, seen: State) -> tuple[str, dict[Address, int]]:
    """Return the service that holds the application, and the health addresses that it answers, with its port."""
    holder = schema.alembic_of(c.environment).service
    ids = {k.id for k in seen.of(holder, c.environment.service("backend") or holder)}
    members = c.ask(projects.only(ids))
    found = [(one, answering.place(one, members)) for one in c.environment.health.addresses]
    service = next((to[0] for _one, to in found if to), holder)
    return service, {one: to[1] for one, to in found if to and to[0] == service}
