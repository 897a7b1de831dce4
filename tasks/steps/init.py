"""The beginning: a host looked at, and written down as an environment of hosts.yaml."""

from __future__ import annotations

import json as documents
import os
from pathlib import Path
from typing import Any

from invoke import Context
from msgspec import Struct, to_builtins

from ..config import env_example, hostsfile, inventory, writing
from ..config.jsonschema import schema as hosts_schema
from ..config.settings import App, Compose, Environment, HostSettings
from ..config.validation import InvalidError, convert
from ..config.writing import Line
from ..console import commands
from ..console import terminal as console
from ..console.commands import fab
from ..console.errors import Refused
from ..engine import mounting
from ..engine.task import HereTask
from ..preflight.discovery import draft, project_choice, survey
from ..preflight.discovery.draft import Draft
from ..preflight.discovery.survey import Survey
from ..preflight.needs import gathering
from ..preflight.needs.need import Need
from ..ssh import address, fleet
from ..ssh.host import Host
from ..ssh.shell import quote
from . import check
from .declare import task

HELP = {
    "host": "[user@]host[:port], or an entry of ~/.ssh/config; it may stand without --host",
    "name": "the environment that it becomes",
    "project": "the compose project to take, where the host has several",
    "key": "a private key; without it, the agent and ~/.ssh/config decide",
    "known_hosts": "a file read beside ~/.ssh/known_hosts",
    "output": "the file to write, or to add to, in place of hosts.yaml",
    "replace": "write an environment of that name anew",
    "schema": "print the JSON schema of hosts.yaml, for editors, and do nothing else",
}


REACHED_BY = {  # by words of a connection that is refused
    "login refused": "If another key opens it: --key FILE.",
    "passphrase": "If another key opens it: --key FILE.",
    "host key": "If another file records it: --known-hosts FILE.",
}


class InitTask(HereTask):
    """A task whose host stands behind its name: `fab init USER@HOST`."""

    first_word = "host"


class Written(Struct, frozen=True):
    """What was written: an environment into a file, and the variables that it reads into another."""

    name: str
    file: str
    example: str
    draft: Draft


@task(klass=InitTask, help=HELP)
def init(
    c: Context,
    host: str | None = None,
    name: str = "production",
    project: str | None = None,
    key: str | None = None,
    known_hosts: str | None = None,
    output: str | None = None,
    replace: bool = False,
    yes: bool = False,
    schema: bool = False,
    json: bool = False,
) -> None:
    """Look at a host, read-only, and write hosts.yaml, each guess with its reason: `fab init USER@HOST`."""
    if schema:
        _print_schema()
        return
    path = Path(output).expanduser().absolute() if output else hostsfile.to_write()
    reach = _reach(host or getattr(c, "original_host", None), key or _identity(c), known_hosts)
    place = _place(path, name, replace, yes)
    member = fleet.unlisted(c, Environment(name=name, hosts=[reach], app=App(path="."), compose=Compose()))
    made = draft.draft(name, reach, _look(member, project))
    member.environment = writing.meant(path, place.filled(name, made.lines), name)
    written = _write(path, place, name, made)
    found_by = _use(path)
    with commands.typed(_asked_for(written), mounting.full_name):
        _tell(written, member.address, gathering.judged(member, None), [*found_by, fab("check"), fab("status")])


def _print_schema() -> None:
    found = hosts_schema()
    if not console.emit_json(found):
        console.say(documents.dumps(found, indent=2), as_is=True)


def _identity(c: Context) -> str | None:
    """Return the key that Fabric's own -i named."""
    given = c.config.get("connect_kwargs", {}).get("key_filename") or []
    return given if isinstance(given, str) else next(iter(given), None)


def _reach(host: str | None, key: str | None, known_hosts: str | None) -> HostSettings:
    """Return how the host is reached; Refused where that cannot be meant."""
    if not host or host.startswith("-"):
        raise Refused(f"Which host? {fab('init USER@HOST [--key FILE] [--known-hosts FILE]')}, as ssh reaches it.")
    named = address.parse(host)
    files = {"key": key, "known_hosts": known_hosts}
    paths = {what: str(Path(file).expanduser().absolute()) for what, file in files.items() if file}
    try:
        return convert({**named._asdict(), **paths}, HostSettings)
    except InvalidError as invalid:
        raise Refused(f"{host}: allowed: {invalid.allowed}.") from None


def _place(path: Path, name: str, replace: bool, yes: bool) -> writing.Place:
    """Return where the environment goes in the file, before anything is looked at."""
    if not inventory.NAME.fullmatch(name):
        raise Refused(f"--name: {name!r} is none; allowed: letters, digits, '.', '_' and '-'.")
    place = writing.place(path, name, replace)
    if replace and path.exists():
        console.confirm(f"Write the environment {name} of {path} anew?", yes)
    return place


def _look(member: Host, project: str | None) -> Survey:
    try:
        seen = survey.land(member)
    except Refused as refused:
        if option := next((option for words, option in REACHED_BY.items() if words in refused.reason), ""):
            raise Refused(f"{refused.reason}.", next=option) from refused
        raise
    return survey.look(member, seen, project_choice.choose(member.address, seen, project))


def _write(path: Path, place: writing.Place, name: str, made: Draft) -> Written:
    beside = env_example.beside(path)
    writing.save(path, place.filled(name, made.lines))
    writing.save(beside, env_example.added(beside, path.name, name, made.variables))
    return Written(name, str(path), str(beside), made)


def _tell(written: Written, address: str, needs: list[Need], next: list[str]) -> None:
    """Print what was found and why, what is to be filled in, what `check` says of it, and what to type next."""
    lines = written.draft.lines
    about = {"file": written.file, "example": written.example, "environment": written.name, "next": next}
    if console.emit_json({**about, "lines": [_as_data(one) for one in lines], "check": to_builtins(needs)}):
        return
    console.say(f"{written.name}: {address}, read-only looked at, and written down.", style="bold green")
    for section, words in _sections(lines).items():
        console.say(f"  {section:<9} {words}")
    for one in (line for line in lines if line.open):
        console.say(f"! {'.'.join(one.place)}: {one.why}", style="yellow")
    console.say(f"Each guess with its reason, to look over: {written.file}; variables: {Path(written.example).name}")
    check.brief("What a rollback and a restore will need", needs)
    console.say(f"Next: {', '.join(next)}")
    check.health(needs)


def _sections(lines: list[Line]) -> dict[str, str]:
    """Return what was guessed, by sections, in words; neither how the host is reached nor who is told is a guess."""
    known = [line for line in lines if not line.open and len(line.place) > 1]
    names = dict.fromkeys(line.place[-2] for line in known)
    return {name: ", ".join(_in_words(line) for line in known if line.place[-2] == name) for name in names}


def _in_words(line: Line) -> str:
    values = line.value if isinstance(line.value, list) else [line.value]
    return f"{line.place[-1]} {' '.join(values) if all(isinstance(one, str) for one in values) else line.shown}"


def _as_data(line: Line) -> dict[str, Any]:
    return {**to_builtins(line), "place": ".".join(line.place)}


def _asked_for(written: Written) -> str | None:
    """Return what -H has to say of the environment; None: it is the one that is meant without."""
    try:
        return None if inventory.default_name() == written.name else written.name
    except Refused:
        return None


def _use(path: Path) -> list[str]:
    """Have what follows read the file at `path`; return what makes later commands find it, where they would not."""
    try:
        if path in hostsfile.in_use():
            return []
    except Refused:
        pass
    os.environ[hostsfile.NAMED] = str(path)
    return [f"export {hostsfile.NAMED}={quote(str(path))}"]
