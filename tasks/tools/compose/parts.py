"""The parts that a container is made with, by what and name, as it was made and as compose means it now.

Both are told in the same words, so that they can be compared; a part that cannot be told is left out.
"""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from . import pruning
from .compose import tagged
from .inspect import NO_NAME
from .made import Made, Otherwise, hashed
from .project import Service, variables

Parts = dict[str, dict[str, str]]
PROXY = re.compile(r"(https?|ftp|no|all)_proxy", re.IGNORECASE)  # the login's Docker settings give them
NOTHING = {hashed([]): hashed(None), hashed([""]): hashed(None)}


def present(made: Made, found: Otherwise) -> Parts:
    """Return the parts that a container was made with."""
    service = found.config["services"][made.service]
    said, volumes = variables(service), _volumes(service, made, found)
    environment = {n.partition(" ")[2]: value for n, value in made.own.items() if n.startswith("env ")}
    parts: Parts = {
        "environment": {n: h for n, h in environment.items() if n in said or (made.given and not PROXY.fullmatch(n))},
        "image": {"": tagged(made.image)},
        "command": {"": _plain(made.own.get("command", ""))},
        "entrypoint": {"": _plain(made.own.get("entrypoint", ""))},
        "ports": {place: _bindings(each) for place, each in (made.ports or {}).items() if each},
        "volumes": _mounts(made, service, found.folders, volumes),
        "networks": dict.fromkeys(made.networks, ""),
    }
    return {what: part for what, part in parts.items() if what != "image" or not chosen(made)}


def meant(made: Made, found: Otherwise) -> Parts:
    """Return the parts that compose would make that container with now."""
    service = found.config["services"][made.service]
    separator = "_" if made.version.startswith("1.") else "-"
    given = {n.partition(" ")[2]: value for n, value in made.given.items() if n.startswith("env ")}
    said = {name: hashed(f"{name}={value}") for name, value in variables(service).items() if value is not None}
    parts: dict[str, Mapping[str, str] | None] = {
        "environment": {**given, **said},
        "image": {"": tagged(str(service.get("image") or f"{made.project}{separator}{made.service}"))},
        **_command(service, made),
        "ports": ports(service.get("ports") or []),
        "volumes": None if service.get("volumes_from") else _volumes(service, made, found),
        "networks": _networks(service, made, found),
    }
    return {what: dict(part) for what, part in parts.items() if part is not None}


def chosen(made: Made) -> bool:
    """Return whether a container was started from an image that a rollback chose, whatever its files say."""
    return bool(pruning.KEPT_NAME.search(made.image)) or made.image.startswith("sha256:")


def _plain(value: str) -> str:
    return NOTHING.get(value, value)


def _command(service: Service, made: Made) -> Parts:
    """Return command and entrypoint: the image's own where the service says none, but no command of another's."""
    said = {name: _words(service.get(name)) for name in ("command", "entrypoint")}
    own = made.given if said["entrypoint"] is None else {**made.given, "command": hashed(None)}
    found = {name: hashed(words) if words else own.get(name) for name, words in said.items() if words != []}
    return {name: {"": _plain(value)} for name, value in found.items() if value}


def _words(said: Any) -> list[str] | None:
    if said is None:
        return None
    return shlex.split(said) if isinstance(said, str) else [str(word) for word in said]


def _bindings(several: Sequence[Mapping[str, str]]) -> str:
    return ", ".join(sorted(_published(one.get("HostIp"), one.get("HostPort")) for one in several))


def _published(address: Any, port: Any) -> str:
    return f"{'' if address == '0.0.0.0' else address or ''}:{port or ''}"


def ports(several: Sequence[Any]) -> dict[str, str]:
    """Return where each port of a container is published, as compose describes it: `8000/tcp` on `127.0.0.1:80`."""
    found: dict[str, list[str]] = {}
    for one in several:
        place, binding = _long(one) if isinstance(one, Mapping) else _short(str(one))
        found.setdefault(place, []).append(binding)
    return {place: ", ".join(sorted(bindings)) for place, bindings in found.items()}


def _long(port: Mapping[str, Any]) -> tuple[str, str]:
    place = f"{port.get('target')}/{port.get('protocol') or 'tcp'}"
    return place, _published(port.get("host_ip"), port.get("published"))


def _short(port: str) -> tuple[str, str]:
    """Return where `[[ADDRESS:]PUBLISHED:]TARGET[/PROTOCOL]` is published."""
    rest, _, protocol = port.partition("/")
    before, _, target = rest.rpartition(":")
    address, _, published = before.rpartition(":")
    return f"{target}/{protocol or 'tcp'}", _published(address.strip("[]"), published)


def _mounts(made: Made, service: Service, folders: Sequence[str], meant: Mapping[str, str]) -> dict[str, str]:
    """Return what lies where in a container, but for secrets, and volumes without a name that nobody asked for."""
    hidden, found = _secrets(service), {}
    for mount in made.mounts:
        place, name = posixpath.normpath(mount["Destination"]), str(mount.get("Name") or "")
        if mount["Type"] == "bind" and place not in hidden:
            found[place] = _mounted(_below(mount["Source"], folders), not mount["RW"])
        if mount["Type"] == "volume" and (place in meant or not NO_NAME.fullmatch(name)):
            found[place] = _mounted(f"volume {'' if NO_NAME.fullmatch(name) else name}", not mount["RW"])
    return found


def _secrets(service: Service) -> set[str]:
    """Return where secrets and configs lie in a container."""
    found = set()
    for kind, folder in (("secrets", "/run/secrets"), ("configs", "/")):
        for one in service.get(kind) or []:
            said = one if isinstance(one, Mapping) else {"source": one}
            found.add(posixpath.join(folder, str(said.get("target") or said.get("source"))))
    return found


def _mounted(source: str, read_only: bool) -> str:
    return source + (" ro" if read_only else "")


def _below(path: str, folders: Sequence[str]) -> str:
    """Return a path as it is called from the checkout, if it lies there."""
    known = posixpath.normpath(path)
    return next((f".{known.removeprefix(f)}" for f in folders if f"{known}/".startswith(f"{f}/")), known)


def _volumes(service: Service, made: Made, found: Otherwise) -> dict[str, str]:
    """Return what has to lie where in a container."""
    wanted = {}
    for one in service.get("volumes") or []:
        volume = one if isinstance(one, Mapping) else _short_volume(str(one))
        source, place = str(volume.get("source") or ""), posixpath.normpath(str(volume.get("target")))
        if volume.get("type") == "bind":
            wanted[place] = _mounted(_below(source, found.folders), bool(volume.get("read_only")))
        if volume.get("type") == "volume":
            name = _name(found.config.get("volumes"), source, made.project) if source else ""
            wanted[place] = _mounted(f"volume {name}", bool(volume.get("read_only")))
    return wanted


def _short_volume(volume: str) -> dict[str, Any]:
    """Return what `[SOURCE:]TARGET[:MODE]` means."""
    source, target, mode = [*(volume.split(":") if ":" in volume else ["", volume]), ""][:3]
    kind = "bind" if source.startswith("/") else "volume"
    return {"type": kind, "source": source, "target": target, "read_only": "ro" in mode.split(",")}


def _networks(service: Service, made: Made, found: Otherwise) -> dict[str, str] | None:
    """Return the networks that a container has to be in; None where those are another container's."""
    if mode := str(service.get("network_mode") or ""):
        return None if ":" in mode else {mode: ""}
    names = service.get("networks") or ["default"]
    return {_name(found.config.get("networks"), name, made.project): "" for name in names}


def _name(known: Any, key: str, project: str) -> str:
    """Return what a volume or a network of the project is called."""
    said = (known or {}).get(key) or {}
    outside = said.get("external")
    other = outside.get("name") if isinstance(outside, Mapping) else None
    return str(said.get("name") or other or (key if outside else f"{project}_{key}"))
