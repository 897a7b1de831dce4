"""Who decides the image of each service at a commit: its build, its compose files, the ledger, or the operator."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping, Sequence, Set
from typing import NamedTuple

from msgspec import Struct, field

from ...config.settings import Environment
from ...console.errors import Refused
from ...console.units import moment
from ...engine.before import ReleaseBefore
from ...ssh.host import Host
from ...tools.compose import inspect, origins, project
from ...tools.compose.compose import Built, repository
from ...tools.compose.images import Decided, Target
from ...tools.git import standing
from ...tools.git.commits import Commit
from ..history.ledger import Entry
from ..present import own_images
from ..present.state import State


class Choice(Struct, frozen=True):
    """The images that change with the commit or hold its code, and those of them that are `decided`, not built."""

    images: list[Built]
    decided: list[Decided] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


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


def choose(c: Host, asked: Asked, services: Sequence[str] = ()) -> Choice:
    """Return the images of `services` (all without), or raise Refused for one that nobody decides."""
    named = _named(c.environment, asked)
    built = {i.service for i in asked.wanted.files.built}
    images = [
        i
        for i in own_images.concerned(c.environment, asked.state, asked.wanted, named)
        if i.service not in asked.nowhere and (i.service in services or i.service in _builders(asked, services))
    ]
    unbuilt = [i for i in images if i.service in named or i.service not in built]
    stay = _staying(asked, images, services)
    if not unbuilt:
        return Choice(images, stay, list(map(_fact, stay)))
    hosts = asked.hosts or (c,)
    present = _of_head(hosts, asked, {i.service for i in unbuilt})
    open_ = {i: _candidates(c.environment, i, asked, named, present) for i in unbuilt}
    ids = _ids(hosts, open_)
    decided = [_decided(c, i, found, ids, asked) for i, found in open_.items()]
    return Choice(
        images,
        [*decided, *stay],
        facts=[*(_fact(one, not ids.get(one.source)) for one in decided), *map(_fact, stay)],
        warnings=list(filter(None, (_same(one, ids, asked) for one in decided))),
    )


def _ids(hosts: Sequence[Host], candidates: Mapping[Built, list[Candidate]]) -> dict[str, str]:
    """Return the ids of images by their names, as the first host says it that runs the service."""
    named: dict[Host, dict[str, str]] = {}
    for image, found in candidates.items():
        host = next(one for one in hosts if image.service not in one.environment.elsewhere)
        named.setdefault(host, {}).update({one.source: one.source for one in found})
    return dict(ChainMap(*(host.ask(inspect.image_ids(names)) for host, names in named.items())))


def _of_head(hosts: Sequence[Host], asked: Asked, services: Set[str]) -> set[str]:
    """Return those of `services` that run the target as far as anything says: none unless HEAD is there already.

    An image that tells its commit is of that one; any other is of HEAD if something was made since HEAD came there: a
    checkout by hand deploys nothing.
    """
    if asked.target.sha != asked.state.head:
        return set()
    found: set[str] = set()
    for host in hosts:
        here, services = services - {*host.environment.elsewhere}, services & {*host.environment.elsewhere}
        if not here:
            continue
        made, moved = host.ask(origins.origins(host.environment), standing.moved(host.environment))
        own = {k.service: made[k.name] for k in asked.state.of(*here) if k.name in made}
        late = any(origin.created >= moved for origin in own.values())
        found |= {s for s, origin in own.items() if (late if (of := origin.of(asked.target.sha)) is None else of)}
    return found


def _named(environment: Environment, asked: Asked) -> dict[str, str]:
    """Return what the operator named, by service: for all that start from the image of the service as well."""
    files, found = asked.wanted.files, {}
    for name, image in asked.named.items():
        service = project.resolve(environment, files, asked.state.containers, name)
        group = files.sharing(service) if service in files.services else [service]
        found.update({other: image for other in group if other not in found or other == service})
    return found


def _builders(asked: Asked, services: Sequence[str]) -> set[str]:
    files = asked.wanted.files
    return {i.service for i in files.builders(services)} if services else set(files.services)


def _candidates(
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
    """Return what ran before the run that is taken back: by its id, else by the name that it was kept by."""
    if not asked.before:
        return []
    found = asked.before.ids.get(image.service, ""), asked.before.images.get(image.service, "")
    by = "it ran before that run"
    kept = f"{image.repository}:{_by_id(found[0])}"
    return [Candidate(source, by, kept=name) for source, name in zip(found, (kept, found[1]), strict=True) if source]


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


def _decided(c: Host, image: Built, found: Sequence[Candidate], ids: Mapping[str, str], asked: Asked) -> Decided:
    """Return the first candidate that there is; Refused where there is none, with the ways out."""
    one = next((one for one in found if one.sure or ids.get(one.source)), None)
    if one is None:
        raise Refused(
            f"{image.service}: nothing says which image {asked.target.title} ran: {image.live} is what the files of "
            "other commits name too, and no release.record kept one.",
            at=c.address,
            next=f"Name it: --image {image.service}=IMAGE, a name, id or digest that the host has or can pull.",
        )
    kept = one.kept or image.retained(asked.target.sha)
    return Decided(image.service, one.source, kept, one.by, live=one.source == image.live)


def _staying(asked: Asked, images: Sequence[Built], services: Sequence[str]) -> list[Decided]:
    """Return the services that no commit changes, but compose would: the name of their image has another one by now."""
    files, lives = asked.wanted.files, {i.live for i in images}
    return [
        Decided(
            k.service,
            k.image,
            f"{repository(files.image(k.service))}:{_by_id(k.image)}",
            "as now; its name has another",
        )
        for k in {k.service: k for k in asked.state.containers}.values()
        if k.service in (services or files.services) and files.image(k.service) not in lives
        if asked.names_now.get(k.service, k.image) != k.image
    ]


def _by_id(image: str) -> str:
    """Return the tag by which an image is kept that may be of no commit."""
    return f"image-{image.removeprefix('sha256:')[:12]}"


def _fact(one: Decided, pulled: bool = False) -> str:
    return f"{one.service} starts from {_short(one.source)} ({one.by}{', pulled now' if pulled else ''})"


def _short(source: str) -> str:
    return f"the image {source[7:19]}" if source.startswith("sha256:") else source


def _same(one: Decided, ids: Mapping[str, str], asked: Asked) -> str:
    """Return the warning that a service would run what it runs now, although the commit is another one."""
    same = ids.get(one.source) in {k.image for k in asked.state.of(one.service)}
    if not same or asked.target.sha == asked.state.head:
        return ""
    return f"{one.service}: {_short(one.source)} is the image that it runs now"
