"""A host looked at for the first time, read-only: which deployments it has, and all that one of them tells."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct, structs

from ...config.database_section import DatabaseSettings
from ...config.settings import App, Compose, Environment
from ...config.validation import convert
from ...console.errors import Refused
from ...ssh.host import Host
from ...ssh.probe import Answers, Probe, nothing
from ...ssh.shell import Answer
from ...tools.alembic import rows
from ...tools.compose import labels, projects
from ...tools.compose.compose import Deployment
from ...tools.compose.projects import Landscape, Member
from ...tools.http import fetch
from ...tools.meanings import meaning
from ..backups import backup_files, finding
from ..backups.backup_files import Found
from . import addresses, folders, roles, servers, sources, trees
from .addresses import Asked
from .roles import Roles
from .servers import Server
from .sources import Sources

SECONDS = 120  # that all folders of backups together may take


class Survey(Struct, frozen=True, kw_only=True):
    """What one deployment tells: its checkout, what runs, who plays what, its database and backups.

    `path` is the checkout as hosts.yaml names it, `codes` what the addresses `asked` answer, `tables` what there
    can be Alembic's, schema and name, `inside` where a service has its alembic.ini, if not where its programs begin.
    """

    members: list[Member]
    path: str
    sudo: bool
    sources: Sources
    deployment: Deployment | None
    roles: Roles
    server: Server | None
    backups: dict[str, list[Found]]
    asked: list[Asked]
    codes: dict[str, int]
    tables: list[tuple[str, str]] = []
    inside: dict[str, str] = {}


def land(host: Host) -> Landscape:
    """Return what compose made on a host; Refused where that is nothing, or Docker does not answer."""
    found = host.ask(projects.probe())
    if isinstance(found, str):
        raise Refused(f"{meaning(Answer('', found, 1))}.", at=host.address)
    if not found.members:
        raise Refused("no container there was made by compose: deploy the application first.", at=host.address)
    return found


def look(host: Host, seen: Landscape, name: str) -> Survey:
    """Return what the project of that name tells, asked in two round trips."""
    members = seen.projects()[name]
    folder = min((one.folder for one in members if one.folder), key=len, default="")
    if not folder:
        raise Refused(f"the containers of {name} do not say in which folder they were made.", at=host.address)
    first = _drafted(host.environment, seen.path(folder), Compose(project=name, sudo=seen.sudo))
    host.environment = first
    told = sources.look(host, first, folder, members)
    return _rest(host, seen, members, told)


def _rest(host: Host, seen: Landscape, members: list[Member], told: Sources) -> Survey:
    played = roles.guess(members, told.contexts, told.configured)
    server = servers.guess(played, members, seen.members)
    known = _drafted(host.environment, seen.path(told.path), host.environment.compose, played, server)
    asked = addresses.to_ask(played, members, seen.members)
    looked = folders.to_look(seen, known.app.path) if server else []
    service, ways = trees.elsewhere(told, played)
    inside = sources.inside([one for one in members if ways and one.service == service], ways)
    deployment, found, codes, tables, has = host.ask(
        labels.probe(known), _backups(known, looked), _codes(asked), _tables(known), inside, timeout=SECONDS
    )
    return Survey(
        members=members,
        path=known.app.path,
        sudo=seen.sudo,
        sources=told,
        deployment=deployment,
        roles=played,
        server=server,
        backups=found,
        asked=asked,
        codes=codes,
        tables=tables,
        inside=has,
    )


def _drafted(
    before: Environment,
    path: str,
    compose: Compose,
    played: Roles | None = None,
    server: Server | None = None,
) -> Environment:
    """Return the environment as far as it is known, for the probes that want one."""
    database = convert(server.settings(), DatabaseSettings) if server else None
    services = {"database": played.database.service} if played and played.database else {}
    said = structs.replace(compose, services=services)
    return structs.replace(before, app=App(path=path), compose=said, database=database)


def _backups(known: Environment, looked: Sequence[str]) -> Probe[dict[str, list[Found]]]:
    """Return the probe of what lies in each of the folders."""
    database = known.database
    if not database:
        return nothing({})
    places = {one: structs.replace(known, database=structs.replace(database, backups=one)) for one in looked}

    def read(answers: Answers) -> dict[str, list[Found]]:
        said = {folder: one.out for folder, one in answers.items() if one.ok}
        return {folder: backup_files.parse_listing(out, folder, database.name) for folder, out in said.items()}

    return Probe({folder: finding.listing(one, quick=True) for folder, one in places.items()}, read)


def _tables(known: Environment) -> Probe[list[tuple[str, str]]]:
    return rows.tables(known, known.database) if known.database else Probe({}, lambda _answers: [])


def _codes(asked: Sequence[Asked]) -> Probe[dict[str, int]]:
    """Return the probe of what the addresses answer, by address."""

    def read(answers: Answers) -> dict[str, int]:
        words = {key: one.out.strip().partition(" ")[0] for key, one in answers.items()}
        return {key: int(code) for key, code in words.items() if code.isdigit()}

    return Probe({one.key: fetch.command(one.address) for one in asked}, read)
