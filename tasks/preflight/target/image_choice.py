"""Who decides the image of each service at a commit: its build, its compose files, the ledger, or the operator."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable, Mapping, Sequence, Set

from msgspec import Struct, field

from ...config.settings import Environment
from ...console.errors import Refused
from ...ssh.host import Host
from ...tools.compose import inspect, origins, project
from ...tools.compose.compose import Built, repository
from ...tools.compose.images import Decided
from ...tools.git import standing
from ..present import own_images
from .image_candidates import Asked, Candidate, by_id, candidates


class Choice(Struct, frozen=True):
    """The images that change with the commit or hold its code, and those of them that are `decided`, not built."""

    images: list[Built]
    decided: list[Decided] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def choose(c: Host, asked: Asked, services: Sequence[str] = ()) -> Choice:
    """Return the images of `services` (all without), or raise Refused for one that nobody decides."""
    named = _named(c.environment, asked)
    images = _concerned(c.environment, asked, named, services)
    stay = _staying(asked, images, services)
    built = {i.service for i in asked.wanted.files.built} - named.keys()
    unbuilt = [i for i in images if i.service not in built]
    hosts = asked.hosts or (c,)
    present = _of_head(hosts, asked, {i.service for i in unbuilt})
    open_ = {i: candidates(c.environment, i, asked, named, present) for i in unbuilt}
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


def _concerned(environment: Environment, asked: Asked, named: Iterable[str], services: Sequence[str]) -> list[Built]:
    """Return the images of `services`, or of all; Refused where the commit changes none of them."""
    files = asked.wanted.files
    ours = {*services, *(i.service for i in files.builders(services))} if services else {*files.services}
    images = own_images.concerned(environment, asked.state, asked.wanted, named)
    found = [i for i in images if i.service in ours - asked.nowhere]
    if services and not found:
        raise Refused(f"{services[0]}: its image is not built here and holds no code of ours: no commit changes it.")
    return found


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
            f"{repository(files.image(k.service))}:{by_id(k.image)}",
            "as now; its name has another",
        )
        for k in {k.service: k for k in asked.state.containers}.values()
        if k.service in (services or files.services) and files.image(k.service) not in lives
        if asked.names_now.get(k.service, k.image) != k.image
    ]


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
