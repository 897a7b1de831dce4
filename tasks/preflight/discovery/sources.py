"""The checkout of a deployment that is not known yet: where it is, what is built from it, where Alembic is in it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Sequence

from msgspec import Struct, structs

from ...config.settings import Environment
from ...ssh import scripts
from ...ssh.host import Host
from ...ssh.probe import Probe, single
from ...tools.compose import project
from ...tools.compose.project import Description
from ...tools.compose.projects import Member
from ...tools.git import described
from ...tools.git.described import Checkout


class Sources(Struct, frozen=True, kw_only=True):
    """A checkout; `path` is its whole path on the host, other paths are from there.

    `contexts` are the folders that services are built from, `configured` the services whose containers have an
    alembic.ini.
    """

    path: str
    checkout: Checkout
    contexts: dict[str, str]
    configured: list[str]


def look(host: Host, known: Environment, folder: str, members: Sequence[Member]) -> Sources:
    """Return what the checkout tells where compose worked in `folder`, the path of `known` on the host."""
    checkout, has, model = host.ask(described.probe(known), inside(members, ["alembic.ini"]), project.probe(known))
    up = root(checkout)
    path = posixpath.normpath(posixpath.join(folder, up))
    return Sources(
        path=path, checkout=_from(checkout, up), contexts=_contexts(model, folder, path), configured=sorted(has)
    )


def root(checkout: Checkout) -> str:
    """Return the way from where compose works to the application's folder: up, where all of Alembic's lies there."""
    places = [*checkout.configs, *checkout.scripts]
    return checkout.up if places and all(one.startswith("../") for one in places) else ""


def inside(members: Sequence[Member], paths: Sequence[str]) -> Probe[dict[str, str]]:
    """Return the probe of which services have one of these files where their programs begin, and which."""
    lines = "\n".join(f"{one.service} {one.id} {one.workdir}" for one in members)
    command = scripts.call("tools/alembic/configured-containers.sh", *paths, CONTAINERS=lines)
    return single(command, lambda answer: dict(line.split(" ", 1) for line in answer.out.splitlines()))


def _contexts(model: Description, folder: str, path: str) -> dict[str, str]:
    built = {name: one.get("build") for name, one in (model.config.get("services") or {}).items()}
    places = {name: how if isinstance(how, str) else how.get("context", ".") for name, how in built.items() if how}
    return {name: posixpath.relpath(posixpath.join(folder, place), path) for name, place in places.items()}


def _from(checkout: Checkout, up: str) -> Checkout:
    """Return the checkout with its paths as called from the folder that lies `up` from where they were asked."""

    def moved(paths: Iterable[str]) -> list[str]:
        return [one.removeprefix(f"{up}/") if up else one for one in paths]

    return structs.replace(
        checkout,
        configs=moved(checkout.configs),
        sections=dict(zip(moved(checkout.sections), checkout.sections.values(), strict=True)),
        scripts=moved(checkout.scripts),
        flask=moved(checkout.flask),
    )
