"""Which image holds the migrations of a commit that is not deployed yet."""

from __future__ import annotations

from collections.abc import Mapping

from ...console.commands import fab
from ...console.errors import Refused
from ...ssh.host import Host
from ...tools.compose import inspect
from ...tools.compose.images import Target
from ...tools.git.commits import Commit
from ..present import own_images, target_files
from ..present.state import State
from . import schema, trial_choice


def find(c: Host, seen: State, commit: Commit, named: Mapping[str, str]) -> str:
    """Return the id of the image that runs the migrations of `commit`; Refused where there is none on the host.

    It is the one `named` for its service or role; where the checkout is at the commit, what was built there since; the
    kept one, or that in the commit's files. Where the code is mounted, what runs will do.
    """
    service = schema.alembic_of(c.environment).service
    own = {c.environment.service(name) or name: image for name, image in named.items()}
    names = [own[service]] if service in own else _names(c, seen, commit, service)
    found: dict[str, str] = c.ask(inspect.image_ids({name: name for name in names}))
    if image := next(filter(None, map(found.get, names)), None):
        return image
    if service in own:
        raise Refused(f"there is no image {own[service]} on the host.", at=c.address)
    again = fab(f"release.check --commit {commit.short} --image {service}=IMAGE")
    raise Refused(
        f"there is no image of {commit.title} for {service} on the host.",
        at=c.address,
        next=f"Build or pull it first, and name it: {again}",
    )


def _names(c: Host, seen: State, commit: Commit, service: str) -> list[str]:
    target = target_files.check(c, seen, commit)
    runs = seen.image_ids.get(service, "")
    built = [_built(c, seen, target, service)] if seen.head == commit.sha else []
    mounted = own_images.written_in(target, service).mounted
    found = [*built, trial_choice.image_of(c, seen, target, commit, service)]
    return [*(name for name in found if name), *([runs] if mounted and runs else [])]


def _built(c: Host, seen: State, target: Target, service: str) -> str:
    """Return the name under which compose builds the image, where that is another one than runs; else nothing."""
    name = next((one.live for one in own_images.concerned(c.environment, seen, target) if one.service == service), "")
    now: dict[str, str] = c.ask(inspect.image_ids({service: name})) if name else {}
    return name if now.get(service) != seen.image_ids.get(service) else ""
