"""The safety snapshot before a change: what it will be called, and whether there is room for it."""

from __future__ import annotations

from ...config.database_section import DatabaseSettings
from ...config.settings import Environment
from ...console.commands import HOSTS_FILE, fab
from ...console.errors import Refused
from ...console.units import size
from ...ssh.host import Host
from ...ssh.probe import answered
from ...ssh.shell import home
from ...tools.postgres import reads
from ...tools.postgres.names import copy_name
from ...tools.postgres.psql import Database
from ...tools.postgres.server import Server
from ..present.reports import Safety
from . import backup_files as files


def configured(environment: Environment) -> DatabaseSettings:
    """Return the settings of the database; raise Refused where hosts.yaml knows of none."""
    if not environment.database:
        raise Refused(f"{environment.name} has no database in {HOSTS_FILE}.")
    return environment.database


def planned(environment: Environment, live: Database, run: str) -> Safety:
    """Return the safety snapshot that `run` will make: both of its names tell the run."""
    return Safety(live, copy_name(live.name, "snap", run), dump_path(environment, run))


def dump_path(environment: Environment, run: str) -> str:
    """Return where a dump that `run` makes lies, relative to the login's home."""
    settings = configured(environment)
    return f"{settings.storage.folder}/{files.file_name(settings.name, run, 'custom')}"


def room(c: Host, live: Database, server: Server | None = None) -> list[str]:
    """Return a line where no clone fits beside the database, but a dump on the host.

    `server` is what the database server said, where it was asked before. Raises Refused where neither fits.
    """
    server = server or c.ask(reads.optional(reads.server(live)))
    if not server or not server.live or (server.beside and server.fits(server.live.bytes)):
        return []
    there, folder = size(server.live.bytes), configured(c.environment).storage.folder
    if not server.beside and _dump_fits(c, live, server):
        return [f"{live.user} may not copy {live.name} ({there}): the snapshot is a dump in {folder}"]
    if not server.fits(0) or not _dump_fits(c, live, server):
        raise Refused(
            f"too little disk for a snapshot, and for a dump: {live.name} has {there}, {server.free}.",
            at=c.address,
            next=f"Make room ({fab('backups.prune')}), or bring a dump to another machine, then the same command "
            "with --no-snapshot",
        )
    return [f"no clone of {live.name} ({there}) fits beside it: the snapshot is a dump in {folder}"]


def _dump_fits(c: Host, live: Database, server: Server) -> bool:
    need, free = c.ask(reads.optional(reads.tables_size(live)), answered(free_for_backups(c.environment)))
    return need is not None and free.ok and float(free.out or 0) > need + server.max_wal


def free_for_backups(environment: Environment) -> str:
    """Return a command that prints how many bytes are free where the backups lie."""
    folder = home(configured(environment).storage.folder)
    return f'd={folder}; [ -d "$d" ] || d=$HOME; df -Pk "$d" | awk \'NR == 2 {{ printf "%.0f", $4 * 1024 }}\''


def dumped(c: Host, path: str) -> bool:
    """Return whether the dump of a run is there, whole: with its checksum."""
    there: bool = c.ask(answered(f"[ -e {home(path)}.sha256 ] && [ -e {home(path)} ]")).ok
    return there
