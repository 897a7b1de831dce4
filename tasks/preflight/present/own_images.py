"""Whose image holds the code of the deployment, or changes with the commit; the others are infrastructure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from msgspec import structs

from ...config.settings import Environment
from ...tools.compose import written
from ...tools.compose.compose import Built, repository
from ...tools.compose.images import Target
from ...tools.compose.written import Written
from .state import State

KEPT_BY = re.compile(
    r":([0-9a-f]{40}|image-[0-9a-f]{12})"
)  # the tags that images are kept by: no commit's files name them


def concerned(environment: Environment, seen: State, wanted: Target, more: Iterable[str] = ()) -> list[Built]:
    """Return the services whose image holds the deployment's code, or is another one than at HEAD, and `more`.

    A service that only shares the image which another one builds comes with that one.
    """
    files, built = wanted.files, {i.service for i in wanted.files.built}
    shared = {i.live for i in files.built}
    own = {*ours(environment, seen, wanted), *_changed(wanted), *more} - built
    others = [Built(name, files.image(name)) for name in files.services if name in own]
    found = [*files.built, *(i for i in others if i.live not in shared or i.service in more)]
    return [_placed(i, found) for i in found]


def _placed(image: Built, images: Sequence[Built]) -> Built:
    """Return the image, kept beside its name, or by its service where others share the name and not the tag."""
    alone = all(i.live == image.live or i.repository != image.repository for i in images)
    return image if alone else structs.replace(image, place=f"{image.repository}-{image.service}")


def ours(environment: Environment, seen: State, wanted: Target) -> set[str]:
    """Return the services that run code of ours: by their role, by their build, or by an image of one of these."""
    files, alembic = wanted.files, environment.alembic
    roles = {environment.service("backend"), environment.service("frontend")}
    holder = {alembic.service} if alembic else set()
    first = {name for name in roles | holder if name in files.services and not written_in(wanted, name).mounted}
    first |= {i.service for i in files.built}
    names, ids = {repository(files.image(name)) for name in first}, {k.image for k in seen.of(*first)}
    images = {k.service: k.image_name for k in seen.containers} | {name: files.image(name) for name in files.services}
    return {
        name
        for name, image in images.items()
        if repository(image) in names or any(k.image in ids for k in seen.of(name))
    }


def _changed(wanted: Target) -> set[str]:
    """Return the services whose image is written otherwise than at HEAD."""
    return {
        name for name in wanted.files.services if written_in(wanted, name).image != written_in(wanted, name, True).image
    }


def named(wanted: Target, image: Built, runs: Iterable[str] = ()) -> bool:
    """Return whether the commit itself says which image it means: no other file does, nor the same name at HEAD.

    `runs` are the names that it runs by now, which may be others.
    """
    said, now = written_in(wanted, image.service), written_in(wanted, image.service, True)
    changed = said.image != now.image or any(_another(name, image.live) for name in runs)
    return said.names(image.live) and (changed and not written.latest(image.live) or written.fixed(image.live))


def _another(name: str, live: str) -> bool:
    """Return whether an image was started by another tag of the same name, which was not one that it is kept by."""
    tagged = name.partition("@")[0]
    tag = tagged.removeprefix(repository(live))
    return tag.startswith(":") and tagged != live and not KEPT_BY.fullmatch(tag)


def written_in(wanted: Target, service: str, present: bool = False) -> Written:
    """Return how a service is written in the files of a commit, or in those of HEAD."""
    return (wanted.present if present else wanted.written).get(service, Written())
