"""Who may decide the image of a service at a commit, the first that can being the one who does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import NamedTuple

from ...config.settings import Environment
from ...console.units import moment
from ...engine.before import ReleaseBefore
from ...ssh.host import Host
from ...tools.compose.compose import Built
from ...tools.compose.images import Target
from ...tools.git.commits import Commit
from ..history.ledger import Entry
from ..present import own_images
from ..present.state import State


class Asked(NamedTuple):
    """For which commit images are chosen, and who may decide: `named` by the operator, the ledger, a run's `before`.

    `names_now` are the ids that the names of the containers' images have now, by service; `hosts` start them.
    """

    state: State
    target: Commit
    wanted: Target
    ledger: list[Entry] = []
    names_now: Mapping[str, str] = {}
    named: Mapping[str, str] = {}
    before: ReleaseBefore | None = None
    hosts: Sequence[Host] = ()

    @property
    def nowhere(self) -> set[str]:
        """The services that run on none of the hosts."""
        elsewhere = [set(host.environment.elsewhere) for host in self.hosts]
        return set.intersection(*elsewhere) if elsewhere else set()


class Candidate(NamedTuple):
    """An image that a service may start from; one that is `sure` is pulled where it is not on the host."""

    source: str
    by: str
    sure: bool = False
    kept: str = ""


def candidates(
    environment: Environment, image: Built, asked: Asked, named: Mapping[str, str], present: Set[str]
) -> list[Candidate]:
    """Return who may decide the image, the first that can being the one who does; `present` run the target's."""
    service, target = image.service, asked.target
    if service in named:
        return [Candidate(named[service], "--image", sure=True)]
    found = [*_before(image, asked), *_by_the_commit(environment, image, asked)]
    found.append(Candidate(image.retained(target.sha), _recorded(asked, service) or f"kept for {target.short}"))
    for entry in _entries(asked):
        when = f"recorded on {moment(entry.at)[:10]}"
        found += [Candidate(entry.images[service], when)] if service in entry.images else []
        found += [Candidate(entry.digests[service], when, sure=True)] if service in entry.digests else []
    if service in present:
        found += [Candidate(k.image, "it runs now") for k in asked.state.of(service)[:1]]
    return found


def _before(image: Built, asked: Asked) -> list[Candidate]:
    """Return what ran before the run that is taken back: by its id if known, else by its kept name."""
    if not asked.before:
        return []
    by, image_id = "it ran before that run", asked.before.ids.get(image.service, "")
    known = [Candidate(image_id, by, kept=f"{image.repository}:{by_id(image_id)}")] if image_id[:7] == "sha256:" else []
    name = asked.before.images.get(image.service, "")
    return [*known, *([Candidate(name, by, kept=name)] if name else [])]


def _by_the_commit(environment: Environment, image: Built, asked: Asked) -> list[Candidate]:
    """Return the image that the commit's own files name, unless the same name means another image at HEAD."""
    files = ", ".join(asked.state.settled(environment).compose.files)
    by = f"named by {files} at {asked.target.short}"
    foreign = image.service not in own_images.ours(environment, asked.state, asked.wanted)
    runs = {k.image_name for k in asked.state.of(image.service)} if asked.target.sha == asked.state.head else set()
    if foreign or own_images.named(asked.wanted, image, runs):
        return [Candidate(image.live, by, sure=True)]
    return []


def _entries(asked: Asked) -> list[Entry]:
    """Return what the ledger says of the commit, the newest first."""
    return [e for e in reversed(asked.ledger) if e.commit == asked.target.sha and (e.images or e.digests)]


def _recorded(asked: Asked, service: str) -> str:
    return next((f"recorded on {moment(e.at)[:10]}" for e in _entries(asked) if service in e.images), "")


def by_id(image: str) -> str:
    """Return the tag by which an image is kept that may be of no commit."""
    return f"image-{image.removeprefix('sha256:')[:12]}"
