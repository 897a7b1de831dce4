"""What must not leave the host in the clear: which values are secret, and texts without them."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote, quote_plus

from ..config.settings import Environment
from ..ssh import paths
from ..ssh.probe import Probe, single
from ..ssh.shell import join

MASK = "***"
KEY = re.compile(
    r"pass(word|wd|phrase)?(?![a-z])|pwd|secret|token|credential|dsn|salt|private|"
    r"(api|access|signing|encryption|session)_?key|(^|[_.-])(key|auth)($|[_.-])",
    re.IGNORECASE,
)
# Every pattern begins at the edge of a word and is bounded: a log may hold megabytes without a blank.
# A password ends at the last @ before a blank or quote: people do not escape what they should.
URL = re.compile(
    r"(?P<head>(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{0,30}://[^\s:/@'\"]{0,200}:)(?P<secret>[^\s'\"<>]{1,200})@",
    re.IGNORECASE,
)
BARE_URL = re.compile(
    r"(?P<head>(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{0,30}://)(?P<secret>[^\s:/@'\"]{16,200})@", re.IGNORECASE
)
ASSIGNED = re.compile(
    r"(?P<head>(?<![a-z0-9_.-])(?P<key>[a-z0-9_.-]{1,100})(?:=|[\"']\s{0,9}:\s{0,9})[\"']?)(?P<secret>[^\s\"',;&]+)",
    re.IGNORECASE,
)
BEARER = re.compile(r"(?P<head>\b(?:bearer|basic)\s+)(?P<secret>[a-z0-9._~+/=-]{8,})", re.IGNORECASE)
BLOCK = re.compile(r"(-----BEGIN [A-Z ]*PRIVATE KEY-----).*?(-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL)
COMMON = re.compile(r"\d{0,3}|true|false|yes|no|on|off|none|null", re.IGNORECASE)
SHORT = 6  # characters; what is shorter is masked only where it stands by itself


class Secrets:
    """The secret values of a deployment; `mask` takes them, and whatever looks like one, out of a text."""

    def __init__(self, values: Iterable[str]) -> None:
        self._values = sorted({form for v in values for form in _spellings(v) if form.strip()}, key=len, reverse=True)

    def mask(self, text: str) -> str:
        """Return `text` without the values, passwords in URLs, assigned secrets, tokens and private keys."""
        for value in self._values:
            text = _without(text, value)
        text = BLOCK.sub(rf"\1{MASK}\2", text)
        for pattern in (URL, BARE_URL):
            text = pattern.sub(rf"\g<head>{MASK}@", text)
        text = BEARER.sub(rf"\g<head>{MASK}", text)
        return ASSIGNED.sub(lambda m: m["head"] + MASK if KEY.search(m["key"]) else m[0], text)

    def mask_tree(self, tree: Any, key: str = "") -> Any:
        """Return a parsed document without secrets: whatever stands under a key that looks secret, as well."""
        if isinstance(tree, dict):
            return {k: self.mask_tree(v, str(k)) for k, v in tree.items()}
        if isinstance(tree, list):
            return [self.mask_tree(v, key) for v in tree]
        if isinstance(tree, str):
            return MASK if KEY.search(key) and tree else self.mask(tree)
        return MASK if KEY.search(key) and tree not in (None, True, False) else tree


def probe(environment: Environment) -> Probe[Secrets]:
    """Return the probe of the secrets in the deployment's env files: those values whose keys look secret."""
    return single(command(environment), lambda answer: Secrets(in_dotenv(answer.out, every=False)))


def command(environment: Environment) -> str:
    """Return the command that prints the deployment's .env, and the env files that hosts.yaml names beside it."""
    files = join(*dict.fromkeys([".env", *environment.compose.values]))
    return f"cd {paths.app(environment)} 2>/dev/null && cat -- {files} 2>/dev/null || :"


def in_dotenv(text: str, every: bool = True) -> Iterator[str]:
    """Yield the values of a .env file whose keys look secret; with `every`, all but common words."""
    from dotenv import dotenv_values

    parsed = dotenv_values(stream=io.StringIO(text), interpolate=False)
    raw = (line.split("=", 1) for line in text.splitlines() if "=" in line and not line.lstrip().startswith("#"))
    for key, value in [*parsed.items(), *((k.removeprefix("export ").strip(), v.strip()) for k, v in raw)]:
        if value and (KEY.search(key) or (every and not COMMON.fullmatch(value))):
            yield value
        yield from in_text(value or "")


def in_tree(tree: Any, key: str = "") -> Iterator[str]:
    """Yield the values of a parsed document whose keys look secret, and passwords in its URLs."""
    if isinstance(tree, dict):
        for name, value in tree.items():
            yield from in_tree(value, str(name))
    elif isinstance(tree, list):
        for value in tree:
            yield from in_tree(value, key)
    elif isinstance(tree, str):
        name, assigned, value = tree.partition("=")
        if KEY.search(key) and tree:
            yield tree
        elif assigned and value and KEY.search(name) and " " not in name:
            yield value
        yield from in_text(tree)
    elif KEY.search(key) and isinstance(tree, (int, float)) and not isinstance(tree, bool):
        yield str(tree)


def in_text(text: str) -> Iterator[str]:
    """Yield the passwords of URLs in `text`."""
    for pattern in (URL, BARE_URL):
        yield from (found["secret"] for found in pattern.finditer(text))


def _spellings(value: str) -> set[str]:
    """Return how a value may be written: as it is, in a URL, in JSON, in YAML, in a compose file."""
    as_json = json.dumps(value)[1:-1]
    wide = json.dumps(value, ensure_ascii=False)[1:-1]
    written = {value, quote(value, safe=""), quote(value), quote_plus(value), as_json, wide}
    return written | {value.replace("'", "''"), value.replace("$", "$$")}


def _without(text: str, value: str) -> str:
    if value not in text:
        return text
    if len(value) >= SHORT and not value.isdigit():
        return text.replace(value, MASK)
    return re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", MASK, text)
