"""The backups on the host and elsewhere: which there are, which is the newest, and how one comes to the host."""

from __future__ import annotations

from msgspec import Struct

from ...config.settings import Environment
from ...console import terminal as console
from ...console.commands import fab
from ...console.errors import Refused
from ...console.text import last_line, one_line
from ...console.units import age, moment, seconds
from ...ssh import scripts
from ...ssh.host import Host
from ...ssh.probe import Probe, nothing, single
from ...ssh.shell import Answer, Word, quote
from ...tools.compose import compose
from ...tools.postgres.psql import Database
from . import backup_check, backup_choice, backup_files, safety
from .backup_files import Found

FETCHED = "/fetched"  # what is fetched from elsewhere lies there, below the folder of the backups


class Newest(Struct, frozen=True):
    """The newest backup, in a line; `old`: none is as young as hosts.yaml wants it."""

    text: str = ""
    old: bool = False


def found(c: Host, below: str = "") -> list[Found]:
    """Return what lies in the folder of the backups, or in the one `below` it, the newest first."""
    settings = safety.configured(c.environment)
    out = c.sh(listing(c.environment, below=below), timeout=None).stdout
    try:
        return backup_files.parse_listing(out, f"{settings.storage.folder}{below}", settings.name)
    except ValueError as error:
        raise Refused(f"the command of database.backups.list failed: {error}.", at=c.address) from None


def listing(environment: Environment, *, quick: bool = False, below: str = "") -> str:
    """Return the command that prints what lies in the folder of the backups and elsewhere, or in the one `below` it."""
    settings = safety.configured(environment)
    service = environment.service("database") or ""
    running = compose.call(environment, "reads/running.sh", service)
    if environment.stack:
        running = scripts.call("tools/swarm/task.sh", f"{environment.stack}_{service}")
    container = {} if settings.elsewhere else {"DB_CONTAINER": Word(f'"$({running} 2>/dev/null | head -n 1)"')}
    known = {**Database.of(environment, "").variables(), **container}
    where, reports = settings.storage, backup_check.reports(environment)
    elsewhere = "" if below else where.list
    return backup_files.listing(f"{where.folder}{below}", reports, elsewhere=elsewhere, quick=quick, **known)


def latest(c: Host) -> Found:
    """Return the newest backup of the live database, after saying why it is that; Refused where there is none."""
    settings = safety.configured(c.environment)
    newest, why = backup_choice.latest(found(c), settings.name)
    if newest is None:
        raise Refused(f"there is no backup of {settings.name} in {settings.storage.folder}.", at=c.address)
    console.say(f"latest: {newest.path}, of {moment(newest.taken)}: {why}")
    return newest


def another(c: Host, path: str) -> str:
    """Return a sentence that names the newest verified backup but the one at `path`, else their list."""
    whole = [one for one in found(c) if one.good and one.path != path]
    good, _why = backup_choice.latest(whole, safety.configured(c.environment).name)
    return f"The newest that was verified: --file {quote(good.path)}" if good else f"Others: {fab('backups.list')}"


def brought(c: Host, one: Found | None, said: str = "") -> str:
    """Return the path on the host of a backup, after the configured command fetched it where it lies elsewhere."""
    if one is None:
        raise Refused(f"there is no {said}.", at=c.address, next=f"Next: {fab('backups.list')}")
    if not one.fetched:
        return one.path
    where = safety.configured(c.environment).storage
    if not where.fetch:
        raise Refused(f"{one.path} lies elsewhere: database.backups.fetch names the command that fetches it.")
    console.say(f"  fetching {one.fetched}")
    path = f"{where.folder}{FETCHED}/{one.fetched.lstrip('/')}"
    known = {"SIZE": str(one.bytes or ""), "MODIFIED": str(one.modified or "")}
    known |= {"FETCH": where.fetch, "REPORTS": backup_check.reports(c.environment)}
    call = scripts.call("tools/postgres/backups/fetch-backup.sh", one.fetched, path, **known)
    result = c.sh(call, timeout=None, check=False)
    if not result.ok:
        raise Refused(f"{one.path} could not be fetched: {last_line(result.stderr)}.", at=c.address)
    return path


def probe(environment: Environment) -> Probe[list[Found] | str]:
    """Return the probe of the backups, or why they cannot be told, where hosts.yaml says how old they may be."""
    if not environment.database or not environment.database.storage.max_age:
        return nothing("")
    return listed(environment)


def listed(environment: Environment) -> Probe[list[Found] | str]:
    """Return the probe of the backups, the newest first, or why they cannot be told; none is looked into."""
    return single(listing(environment, quick=True), lambda answer: _read(environment, answer))


def _read(environment: Environment, answer: Answer) -> list[Found] | str:
    settings = safety.configured(environment)
    if not answer.ok:
        return answer.err
    try:
        return backup_files.parse_listing(answer.out, settings.storage.folder, settings.name)
    except ValueError as error:
        return str(error)


def newest(environment: Environment, found: list[Found] | str, now: float) -> Newest:
    """Return the newest backup of those that `probe` found; `now` is the host's clock (seconds)."""
    settings = environment.database
    limit = settings.storage.max_age if settings else None
    if not settings or not limit:
        return Newest()
    if isinstance(found, str):
        return Newest(f"cannot be read: {one_line(found) or 'no answer'}", old=True)
    last, _why = backup_choice.latest(found, settings.name)
    if last is None:
        return Newest(f"none of {settings.name}: wanted is one that is not older than {limit}", old=True)
    lasted = now - last.taken
    old = lasted > seconds(limit)
    return Newest(f"{last.path}, {age(max(0, int(lasted)))} old{f': older than {limit}' if old else ''}", old)
