"""What the compose files of a commit say of images and mounts as they are written, before values are put in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

from ...config.settings import Environment
from ...ssh.probe import Probe, single
from . import compose
from .compose import repository, tagged

DEFAULT = re.compile(r"\$\{\w+:?-([^${}]*)\}")
RUNTIME = re.compile(r":\d")  # the tag of a runtime or a server is its version: python:3.12, nginx:1.25-alpine


class Written(Struct, frozen=True):
    """A service as it is written: its image, what of the repository is mounted into it, and how many are wanted.

    `built` says whether its image is built.
    """

    image: str = ""
    mounts: list[str] = field(default_factory=list)
    replicas: str = ""
    built: bool = False

    def names(self, live: str) -> bool:
        """Return whether the tag or digest of `live` stands in the commit, and comes from no other file."""
        return bool(self.image) and _version(DEFAULT.sub(r"\1", self.image)) == _version(live)

    @property
    def mounted(self) -> bool:
        """Whether the code is mounted from the checkout, and the image only what runs it."""
        whole = "." in (path.rstrip("/") for path in self.mounts)
        return whole or bool(self.mounts and RUNTIME.match(_version(self.image)))


def probe(environment: Environment, ref: str) -> Probe[dict[str, Written]]:
    """Return the probe of the services, by name, that the compose files of the commit `ref` have."""
    return single(compose.call(environment, "reads/written.sh", ref), lambda answer: parse(answer.out))


def fixed(image: str) -> bool:
    """Return whether an image's name has a digest: what it means never changes."""
    return "@" in image


def latest(image: str) -> bool:
    """Return whether an image's name says only that it is the newest."""
    return _version(image) == ":latest"


def _version(image: str) -> str:
    """Return the tag or digest of an image's name, with what stands before it: `:v1`, `@sha256:...`."""
    named = tagged(image)
    return named[len(repository(named)) :]


def parse(out: str) -> dict[str, Written]:
    """Return the services, by name, of the compose files that written.sh printed; a later one says more of them."""
    found: dict[str, Written] = {}
    for text in out.split("\36"):
        services = {name: said if isinstance(said, Mapping) else {} for name, said in _services(text).items()}
        for name in sorted(services, key=lambda name: bool(_extended(services[name]))):
            base = found.get(_extended(services[name]), Written())
            found[name] = _joined(_joined(base, found.get(name, Written())), _written(services[name]))
    return found


def _extended(service: Mapping[str, Any]) -> str:
    """Return the name of the service that one extends, in whichever file; or nothing."""
    said = service.get("extends") or ""
    return str(said.get("service") or "") if isinstance(said, Mapping) else str(said)


def _joined(one: Written, later: Written) -> Written:
    return Written(
        image=later.image or one.image,
        mounts=[*one.mounts, *later.mounts],
        replicas=later.replicas or one.replicas,
        built=later.built or one.built,
    )


def _services(text: str) -> Mapping[str, Any]:
    import yaml

    try:
        known = yaml.safe_load(text)
    except yaml.YAMLError:
        return {}
    services = known.get("services") if isinstance(known, Mapping) else None
    return services if isinstance(services, Mapping) else {}


def _written(service: Mapping[str, Any]) -> Written:
    sources = map(_source, service.get("volumes") or [])
    deploy = service.get("deploy")
    scale = service.get("scale", "")
    return Written(
        image=str(service.get("image") or ""),
        mounts=[source for source in sources if source.startswith(".")],
        replicas=str(deploy.get("replicas", scale) if isinstance(deploy, Mapping) else scale),
        built=bool(service.get("build")),
    )


def _source(volume: object) -> str:
    if isinstance(volume, Mapping):
        return str(volume.get("source") or "")
    return str(volume).partition(":")[0]
