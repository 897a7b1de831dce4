"""What compose made on a host, whatever project it is of, and what its containers tell of themselves."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Container, Mapping
from typing import Any

from msgspec import Struct

from ...ssh import scripts
from ...ssh.probe import Probe, by_key, single
from . import compose

LOOPBACK = ("", "0.0.0.0", "::")  # what a port is published on that the host itself reaches by 127.0.0.1


class Url(Struct, frozen=True):
    """Where an application has its PostgreSQL; empty: the address does not say."""

    user: str
    host: str
    port: str
    database: str


class Port(Struct, frozen=True):
    """A port of a container, and where the host answers for it."""

    inside: int
    address: str
    port: int


class Member(Struct, frozen=True, kw_only=True):
    """A container of a project; `folder` is where compose worked, `workdir` where the image's programs begin;
    `over`: it has ended well, or never began, as what ends in a loop has not.

    `environment` has what is no secret, `hosts` the addresses that compose names (`extra_hosts`), `mounts` the folders
    of the host by what they are called inside; `called` are the host names by which a proxy passes on to it, `asked`
    the ports that it is told to ask, 0: not by http; `aliases` what others in its networks may call it, beside its
    name and that of its service.
    """

    id: str
    name: str
    project: str
    service: str
    folder: str
    image: str
    over: bool = False
    workdir: str = ""
    ports: list[Port] = []
    exposed: list[int] = []
    mounts: dict[str, str] = {}
    environment: dict[str, str] = {}
    hosts: dict[str, str] = {}
    urls: list[Url] = []
    check: str = ""
    called: list[str] = []
    asked: list[int] = []
    aliases: list[str] = []

    @property
    def names(self) -> set[str]:
        """What it is called by those in its networks."""
        return {self.service, self.name, *self.aliases}

    @property
    def told(self) -> set[str]:
        """What may be the name of a server in its environment: of addresses, and as they stand."""
        return {url.host for url in self.urls} | set(self.environment.values())

    @property
    def kind(self) -> str:
        """What its image is called, without registry, owner and tag."""
        return compose.repository(self.image).rpartition("/")[2].lower()


class Landscape(Struct, frozen=True):
    """A host: the login's `home`, as it is spelt, whether Docker is for `sudo` only, `members` of all projects."""

    home: list[str]
    sudo: bool
    members: list[Member]

    def projects(self) -> dict[str, list[Member]]:
        """Return the containers of each project, by its name."""
        names = sorted({member.project for member in self.members})
        return {name: [member for member in self.members if member.project == name] for name in names}

    def path(self, folder: str) -> str:
        """Return a folder as hosts.yaml names it: from the login's home, where it lies there."""
        for home in self.home:
            if folder.startswith(f"{home}/"):
                return posixpath.relpath(folder, home)
        return folder


def probe() -> Probe[Landscape | str]:
    """Return the probe of a host; a text says why it cannot be told."""
    command = scripts.call("tools/compose/reads/projects.sh")
    return single(command, lambda answer: parse(answer.out) if answer.ok else answer.err)


def only(ids: Container[str]) -> Probe[list[Member]]:
    """Return the probe of the containers `ids`; empty where Docker does not answer."""
    command = scripts.call("tools/compose/reads/projects.sh")
    return single(command, lambda answer: [one for one in parse(answer.out).members if one.id in ids])


def parse(out: str) -> Landscape:
    """Return what projects.sh printed."""
    head, *containers = re.split("^(?=container )", out, flags=re.MULTILINE)
    told = by_key(head)
    return Landscape(list(dict.fromkeys(told["home"])), "sudo" in told, [_member(by_key(one)) for one in containers])


def _member(lines: Mapping[str, list[str]]) -> Member:
    told = json.loads(lines["container"][0])
    mounts = [one for one in told["mounts"] or [] if one.get("Destination")]
    return Member(
        id=told["id"],
        name=told["name"].lstrip("/"),
        project=told["project"] or "",
        service=told["service"] or "",
        folder=told["working_dir"] or "",
        image=told["image"],
        over=told["status"] not in ("running", "restarting") and told["code"] == 0,
        workdir=told["folder"] or "/",
        ports=_ports(told["ports"] or {}) or _ports(told["bindings"] or {}),
        exposed=[_number(port) for port in told["exposed"] or {}],
        mounts={one["Destination"]: one["Source"] for one in mounts if one.get("Type") == "bind"},
        environment=dict(value.split(" ", 1) for value in lines["env"]),
        hosts=dict(one.split(":", 1) for one in told["hosts"] or []),
        urls=[_url(value) for value in lines["url"]],
        check=next(iter(lines["check"]), ""),
        called=lines["called"],
        asked=[int(value) for value in lines["inside"]],
        aliases=[
            told["hostname"],
            *(name for one in (told["networks"] or {}).values() for name in one.get("Aliases") or []),
        ],
    )


def _url(words: str) -> Url:
    return Url(*("" if word == "-" else word for word in words.split()))


def _ports(bound: dict[str, Any]) -> list[Port]:
    """Return the ports that the host answers for, each once: it may do so by IPv4 and IPv6."""
    found = [
        Port(_number(inside), "127.0.0.1" if one["HostIp"] in LOOPBACK else one["HostIp"], int(one["HostPort"]))
        for inside, places in bound.items()
        for one in places or []
        if inside.endswith("/tcp") and one["HostPort"]
    ]
    return sorted(set(found), key=lambda port: (port.inside, port.port))


def _number(port: str) -> int:
    return int(port.partition("/")[0])
