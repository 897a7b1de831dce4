"""That a swarm's service was updated after the last run by somebody else: the ledger's images against what runs."""

from __future__ import annotations

from collections.abc import Sequence

from ...config.settings import Environment
from ...tools.compose.inspect import Container
from ..history.ledger import BAD, BEGUN, Entry
from ..present.state import State


def lines(environment: Environment, seen: State, ledger: Sequence[Entry]) -> list[str]:
    """Return a line for each service of a stack that runs another image than the last run proved at this commit.

    What a deployment brings is none of it: it begins with `release.begin`, or leads to another commit.
    """
    proven = _last(ledger, seen.head) if environment.stack else None
    if not proven:
        return []
    others = {k.service: k for k in seen.containers if k.status == "running" and not _is_of(proven, k)}
    left = f"run {proven.run} ({proven.task}) left"
    return [f"{service} runs {k.image_name}, which is not what {left}" for service, k in sorted(others.items())]


def _last(ledger: Sequence[Entry], head: str) -> Entry | None:
    """Return the last word of the ledger, where it is about `head`, and not that it is left."""
    last = next((entry for entry in reversed(ledger) if entry.event != BAD), None)
    return last if last and last.commit == head and last.event != BEGUN else None


def _is_of(proven: Entry, container: Container) -> bool:
    """Return whether a container runs the image that was proven: by its id, or by the digest where it is not here."""
    known = proven.images.get(container.service)
    digest = proven.digests.get(container.service, "").rpartition("@")[2]
    return not known or container.image in (known, digest) or bool(digest and container.image_name.endswith(digest))
