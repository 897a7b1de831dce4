"""Which kept images may go: never one that a container, HEAD, or the newest releases of the ledger need."""

from __future__ import annotations

import re

from ...config.settings import Environment
from . import compose
from .compose import Built

KEPT_TAG = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?|image-[0-9a-f]+")
KEPT_NAME = re.compile(rf":({KEPT_TAG.pattern})$")


def choose(out: str, used: set[str], good: list[str], head: str, images: list[Built], keep: int) -> list[str]:
    """Return the names of kept images that may go, from what `docker images` printed (the newest first).

    Of each of the `images`, the newest `keep` stay, and those of HEAD, of the newest `keep`
    releases in `good`, and of any container. Other projects' images are not looked at.
    """
    needed = {head, *good[:keep]}
    gone: list[str] = []
    for name in dict.fromkeys(i.repository for i in images):
        tags = [w[1:] for w in map(str.split, out.splitlines()) if len(w) == 3 and w[0] == name]
        kept = [(tag, image) for tag, image in tags if KEPT_TAG.fullmatch(tag)]
        newest = list(dict.fromkeys(image for _, image in kept))[:keep]
        gone += [f"{name}:{tag}" for tag, image in kept if not {image} & {*newest, *used} and tag not in needed]
    return gone


def prune(environment: Environment, names: list[str]) -> str:
    """Return the call that removes the images' names, and proves that they are gone."""
    return compose.call(environment, "images/prune.sh", *names)
