"""The table of all that will be needed: a line each, in the order in which a rollback and a restore meet them."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import structs

from . import access, checkout_needs, data_needs, practice_needs, release_needs
from .looked import Looked
from .need import Need, missing

Judge = Callable[[Looked], "Need | None"]
"""Judges one thing; None: this host does not need it."""

NEEDS: dict[str, Judge] = {
    "ssh": access.ssh,
    "state folder": access.state_folder,
    "lock": access.lock,
    "engine": access.engine,
    "compose": access.compose,
    "checkout": checkout_needs.checkout,
    "local changes": checkout_needs.local_changes,
    "submodules": checkout_needs.submodules,
    "git-lfs": checkout_needs.git_lfs,
    "branch": checkout_needs.branch,
    "last good": release_needs.last_good,
    "images": release_needs.images,
    "disk for images": release_needs.images_disk,
    "downgrade": release_needs.downgrade,
    "rehearsal": release_needs.rehearsal,
    "drift": release_needs.drift,
    "health": release_needs.health,
    "database": data_needs.database,
    "disk for snapshot": data_needs.snapshot_disk,
    "disk for restore": data_needs.restore_disk,
    "backup": data_needs.backup,
    "verified": data_needs.verified,
    "drill": practice_needs.drill,
    "notification": access.notification,
    "clock": access.clock,
}


def of(k: Looked) -> list[Need]:
    """Return all that a host needs, judged."""
    judged = ((name, judge(k)) for name, judge in NEEDS.items())
    return [structs.replace(need, name=name) for name, need in judged if need]


def unreached(why: str, login: str) -> list[Need]:
    """Return what is known of a host that could not be reached."""
    found = missing(f"{why}; nothing else could be looked at", login)
    return [structs.replace(found, name="ssh")]
