"""One environment of hosts.yaml: completed from the variables, checked, and its mistakes put into words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Mapping
from pathlib import Path
from typing import Any

from ..console.errors import Refused
from . import validation, variables
from .settings import Environment, EnvironmentSettings
from .validation import InvalidError

LONGEST = 80  # characters of a value that stand in an error


class Reader:
    """Reads one environment; in its sections named in `lenient`, variables may be set nowhere."""

    def __init__(self, file: Path, name: str, raw: dict, values: Mapping[str, str], lenient: Container) -> None:
        self.file, self.name, self.raw, self.values, self.lenient = file, name, raw, values, lenient

    def read(self) -> Environment:
        """Return the environment; raise Refused with file, key, what was found and what is allowed."""
        settings = self._convert(self._expand(self.raw, ()))
        self._check(settings)
        given = {field: getattr(settings, field) for field in settings.__struct_fields__}
        return Environment(**{**given, "notify": [address for address in settings.notify if address]}, name=self.name)

    def _convert(self, expanded: Any) -> EnvironmentSettings:
        try:
            return validation.convert(expanded, EnvironmentSettings)
        except InvalidError as invalid:
            if not self._passed_over(dig(self.raw, invalid.path), invalid.path):
                raise self._refused(invalid) from None
            return self._convert(without(expanded, invalid.path))

    def _expand(self, value: Any, path: tuple) -> Any:
        if isinstance(value, dict):
            return {key: self._expand(item, (*path, key)) for key, item in value.items()}
        if isinstance(value, list):
            return [self._expand(item, (*path, index)) for index, item in enumerate(value)]
        if not isinstance(value, str) or self._passed_over(value, path):
            return value
        try:
            return variables.expand(value, self.values)
        except variables.UnsetError as unset:
            raise self._refused(InvalidError(path, self._unset(str(unset)))) from None
        except variables.MalformedError:
            raise self._refused(InvalidError(path, allowed="${NAME} or ${NAME:-default}")) from None

    def _passed_over(self, value: Any, path: tuple) -> bool:
        lenient = bool(path) and path[0] in self.lenient
        return lenient and isinstance(value, str) and variables.unset(value, self.values)

    def _check(self, settings: EnvironmentSettings) -> None:
        if settings.database and "database" not in settings.compose.services:
            problem = "the key 'database' is missing; allowed: the compose service that runs the database"
            raise self._refused(InvalidError(("compose", "services"), problem))
        if "/" in settings.compose.files[0].removeprefix("./"):  # compose would run in that folder, not in the checkout
            raise self._refused(InvalidError(("compose", "file"), allowed="a first file at the top of the checkout"))
        twice = [host for host, count in Counter((h.host, h.user, h.port) for h in settings.hosts).items() if count > 1]
        if twice:
            raise self._refused(InvalidError(("hosts",), f"the host {twice[0][0]!r} stands twice; allowed: once"))

    def _unset(self, variable: str) -> str:
        return (
            f"the variable {variable} is not set. Set it in {self.file.parent / '.env'} (see .env.example)"
            " or, to try without a host of your own: make sandbox && fab -H sandbox status"
        )

    def _refused(self, invalid: InvalidError) -> Refused:
        return Refused(sentence(self.file, ("environments", self.name), invalid, self.raw))


def sentence(file: Path, at: tuple, invalid: InvalidError, raw: Any) -> str:
    """Return one line: file, key path (below `at`), what `raw` has there, what is allowed.

    It quotes the file as it is written, never the value of a variable: that may be a secret.
    """
    where = f"{file.name}: {dotted((*at, *invalid.path)) or 'the file'}"
    if invalid.problem:
        return f"{where}: {invalid.problem}."
    return f"{where}: found {_shown(dig(raw, invalid.path))}; allowed: {invalid.allowed}."


def dotted(path: tuple) -> str:
    """Return a path as people write it: `environments.production.hosts[0].port`."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path).removeprefix(".")


def dig(data: Any, path: tuple) -> Any:
    """Return what stands at `path`."""
    for key in path:
        data = data[key]
    return data


def without(data: Any, path: tuple) -> Any:
    """Return a copy of `data` that has nothing at `path`."""
    first, *rest = path
    items = data.items() if isinstance(data, dict) else enumerate(data)
    kept = {key: without(item, tuple(rest)) if key == first else item for key, item in items if rest or key != first}
    return kept if isinstance(data, dict) else list(kept.values())


def _shown(value: Any) -> str:
    if isinstance(value, (dict, list)):
        return ("a " if value else "an empty ") + ("mapping" if isinstance(value, dict) else "list")
    if value is None:
        return "nothing"
    text = repr(value)
    return text if len(text) <= LONGEST else text[:LONGEST] + "..."
