"""What containers were made with, where compose would make them otherwise now; values only as hashes."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from msgspec import Struct, field, structs

from ...config.conversion import convert
from ...config.settings import Environment
from ...console.text import last_line
from ...ssh.probe import Probe, by_key, single
from ...ssh.shell import Answer
from . import compose

SECRET = ("env", "command", "entrypoint")  # the kinds of facts that are told as hashes


class Made(Struct, frozen=True, kw_only=True):
    """What a container was made with.

    Attributes:
        project, service: what it is a container of.
        image: the name of its image, `id` what that was; `now`: what the name means now, empty: nothing.
        version: of the compose that made it.
        ports, mounts, networks: as the engine tells them.
        later: whether it was made when the files that compose reads were as they are now.
        own: hashes of its variables (`env NAME`), its command and its entrypoint; `given`: of those of its image.
    """

    project: str
    service: str
    image: str
    id: str
    version: str
    ports: dict[str, list[dict[str, str]] | None] | None
    mounts: list[dict[str, Any]]
    networks: dict[str, Any]
    now: str = ""
    later: bool = False
    own: dict[str, str] = field(default_factory=dict)
    given: dict[str, str] = field(default_factory=dict)


class Otherwise(Struct, frozen=True):
    """The containers that compose would make otherwise now: what they were made with.

    Attributes:
        containers: those of which the hash of their settings differs.
        config: what compose makes of its files.
        version: of that compose.
        folders: the checkout, as it is spelt.
        problem: why that cannot be told; empty: it is.
    """

    containers: list[Made] = []
    config: dict[str, Any] = {}
    version: str = ""
    folders: list[str] = []
    problem: str = ""


def probe(environment: Environment) -> Probe[Otherwise]:
    """Return the probe of the containers that compose would make otherwise."""
    return single(compose.call(environment, "reads/made.sh"), _read)


def hashed(value: object) -> str:
    """Return the hash of what is compared without being seen, as made.sh prints it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for letter in "\u2028\u2029":  # as the engine writes them
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return hashlib.sha256(text.encode()).hexdigest()


def _read(answer: Answer) -> Otherwise:
    return parse(answer.out) if answer.ok else Otherwise(problem=last_line(answer.err))


def parse(out: str) -> Otherwise:
    """Return what made.sh printed."""
    import yaml

    facts, _, config = out.partition("\036")
    head, *containers = re.split("^container ", facts, flags=re.MULTILINE)
    told = by_key(head)
    return Otherwise(
        containers=[_container(*one.splitlines()) for one in containers],
        config=unescaped(yaml.safe_load(config) or {}),
        version="".join(told["version"]),
        folders=told["here"],
    )


def unescaped(config: Any) -> Any:
    """Return what `compose config` printed with every `$` as it is meant: it doubles them."""
    if isinstance(config, dict):
        return {key: unescaped(value) for key, value in config.items()}
    if isinstance(config, list):
        return [unescaped(value) for value in config]
    return config.replace("$$", "$") if isinstance(config, str) else config


def _container(about: str, *facts: str) -> Made:
    told = dict(fact.rpartition(" ")[::2] for fact in facts)
    return structs.replace(
        convert(json.loads(about), Made),
        now=told.get("now", ""),
        later="later" in facts,
        own={name: value for name, value in told.items() if name.split(" ")[0] in SECRET},
        given={name.removeprefix("image-"): value for name, value in told.items() if name.startswith("image-")},
    )
