"""Calls that start services from images and build these; each proves what it did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ...config.settings import Environment
from .compose import Built, call, pairs
from .images import Decided, Target, deciding


def start(
    environment: Environment,
    wanted: Target,
    images: Sequence[Built],
    sha: str,
    decided: Sequence[Decided] = (),
    services: Sequence[str] = (),
) -> str:
    """Return the call that starts `services` (all without) from the kept images of commit `sha` and those `decided`."""
    tags = {image.retained(sha): image.live for image in images}
    names = {**{i.service: i.retained(sha) for i in images}, **{one.service: one.kept for one in decided}}
    flags = ["--no-deps"] if services else []
    more = {"TAGS": pairs(tags), "IMAGES": pairs(names), "CHOSEN": deciding(wanted, decided)}
    return call(environment, "up.sh", *flags, *services, **more)


def start_missing(environment: Environment, services: Sequence[str]) -> str:
    """Return the call that starts `services` (all without): the containers there are, and new ones where none is."""
    return call(environment, "up.sh", "--no-recreate", *services, TAGS="", IMAGES="", CHOSEN="")


def recreate(environment: Environment, services: Sequence[str], images: Mapping[str, str]) -> str:
    """Return the call that makes the containers of `services` (all without) anew, from `images` (names by service)."""
    return call(environment, "recreate.sh", *services, TAGS="", IMAGES=pairs(images), CHOSEN="")


def build(environment: Environment, images: Sequence[Built], *flags: str) -> str:
    """Return the call that builds `images` from the checkout as it is; what runs goes on running."""
    names = {image.service: image.live for image in images}
    return call(environment, "build.sh", *flags, *names, IMAGES=pairs(names))
