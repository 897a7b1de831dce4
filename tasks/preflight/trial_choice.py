"""Which image a rehearsal tries on the downgraded schema, and which health addresses it is asked by."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

from ..console.errors import Refused
from ..ssh.host import Host
from ..ssh.shell import quote
from ..tools.alembic.schema_change import SchemaChange
from ..tools.alembic.trial import Trial
from ..tools.compose import compose
from ..tools.compose.compose import LABEL
from ..tools.git.commits import Commit
from . import schema, target_files
from . import schema_choice as choice
from .state import State

LOCAL = ("127.0.0.1", "localhost", "::1")
PORTS = f'{{{{index .Config.Labels "{LABEL}.service"}}}} {{{{json .HostConfig.PortBindings}}}}'


def choose(c: Host, seen: State, wanted: SchemaChange, commit: Commit | None) -> tuple[Trial | None, str]:
    """Return what is tried of `commit`, or of the newest that needs the rows of `wanted`; and the line that says so.

    None where nothing can be tried; the line says why.
    """
    found = _found(c, seen, wanted, commit)
    if isinstance(found, str):
        return None, f"no image is tried on the downgraded schema: {found}"
    return found, f"the image of {found.commit.title} is tried on the downgraded schema: {', '.join(found.addresses)}"


def _found(c: Host, seen: State, wanted: SchemaChange, commit: Commit | None) -> Trial | str:
    commit = commit or choice.fitting(c, wanted.to_heads)
    if commit is None:
        return f"none of the last {choice.LOOKED_AT} commits needs {wanted.goal}; --commit names one"
    service, addresses = _asked(c, seen)
    if not addresses:
        return f"no http:// health address on the host leads to {service} (health.urls)"
    image = _image(c, seen, commit, service)
    if not c.ask({"there": f"docker image inspect {quote(image)}"})["there"].ok:
        return f"there is no image {image}: a full rollback builds it from {commit.title}"
    return Trial(commit, service, image, addresses)


def _image(c: Host, seen: State, commit: Commit, service: str) -> str:
    try:
        target = target_files.check(c, seen, commit)
    except Refused as refused:
        return f"of {commit.short} ({refused.reason})"
    kept = (i.retained(commit.sha) for i in target.files.built if i.service == service)
    return next(kept, "") or compose.tagged(str(target.files.services.get(service, {}).get("image") or service))


def _asked(c: Host, seen: State) -> tuple[str, dict[str, int]]:
    """Return the service that holds the application, and the health addresses that it answers, with its port."""
    holder = schema.alembic_of(c.environment).service
    containers = [k.id for k in seen.of(holder, c.environment.service("backend") or holder)]
    answer = c.ask({"ports": f"docker inspect -f {quote(PORTS)} {' '.join(containers)}"})["ports"]
    published = parse_ports(answer.out)
    found = [(url, published.get(_port(url) or 0)) for url in c.environment.health.urls]
    service = next((to[0] for _url, to in found if to), holder)
    return service, {url: to[1] for url, to in found if to and to[0] == service}


def parse_ports(out: str) -> dict[int, tuple[str, int]]:
    """Return the service, and the port of its container, that each published port of the host leads to."""
    found = {}
    for line in out.splitlines():
        service, _, text = line.partition(" ")
        for inside, bindings in (json.loads(text or "null") or {}).items():
            for binding in bindings or ():
                if str(binding.get("HostPort")).isdigit():
                    found[int(binding["HostPort"])] = (service, int(inside.partition("/")[0]))
    return found


def _port(url: str) -> int | None:
    parts = urlsplit(url)
    return (parts.port or 80) if parts.scheme == "http" and parts.hostname in LOCAL else None
