"""Whether the data can be copied before a change, and be brought back: server, room, and the newest backup."""

from __future__ import annotations

from ...config.database_section import DatabaseSettings
from ...console.commands import HOSTS_FILE, fab
from ...console.text import one_line
from ...console.units import age, size
from ...ssh.shell import quote
from ..backups import backup_check, backup_choice, finding
from ..backups.backup_files import Found
from . import cures
from .looked import Looked
from .need import Need, doubtful, missing, ok


def database(k: Looked) -> Need | None:
    """Return whether the server answers, has the database, and lets the login keep a copy beside it."""
    known, data = k.environment.database, k.data
    if known is None or not k.primary:
        return None
    if data.server is None:
        return missing(data.problem, cures.of(k, data.problem))
    if data.server.live is None:
        return missing(f"the server has no database {known.name}", fab("emergency-restore --file latest --plan"))
    if data.server.standby:
        return missing("the server is a standby: it cannot be written to", k.settings)
    version = f"PostgreSQL {data.server.version // 10000}, {known.name} takes {size(data.server.live.bytes)}"
    if data.server.beside:
        return ok(version)
    return doubtful(
        f"{version}; {known.user} may keep no copy beside it: a restore loads into it", _may_create(k, known)
    )


def _may_create(k: Looked, known: DatabaseSettings) -> str:
    """Return the command that lets the login of the application create databases; a swarm's is for the task's node."""
    running = k.examined.seen.of(k.environment.service("database") or "")
    container, _, node = next((one.name for one in running), known.container).partition("@")
    inside = f"docker exec -it {container} psql" if container else f"psql -h {known.address}"
    inside = f"docker exec -it $(docker ps -qf name={container}) psql" if node else inside
    command = f"{inside} -U postgres -c {quote(f'ALTER ROLE {known.user} CREATEDB')}"
    return f"on {node}: {command}" if node else k.on_host(command)


def snapshot_disk(k: Looked) -> Need | None:
    """Return whether a copy of the database fits beside it, or else a dump of it on the host."""
    server = k.data.server
    if server is None or server.live is None:
        return None
    if k.data.short:
        return missing(k.data.short, fab("backups.prune"))
    said = f"{size(server.live.bytes)} needed, {server.free}"
    return doubtful(f"{said}; {'; '.join(k.data.room)}", fab("backups.prune")) if k.data.room else _seen(k, said)


def restore_disk(k: Looked) -> Need | None:
    """Return whether the newest backup fits beside the database, with all that is written meanwhile."""
    server, newest = k.data.server, latest(k)
    if server is None or newest is None:
        return None
    need = needed(newest, k.environment.database.name if k.environment.database else "", _live(k))
    if not server.fits(need):
        return missing(f"{size(need + server.max_wal)} needed, {server.free}", fab("backups.prune"))
    said = f"{size(need)} needed, {server.free}"
    return _seen(k, said) if newest.checked else doubtful(f"at least {said}", fab("backups.check --file latest"))


def _seen(k: Looked, said: str) -> Need:
    known = k.data.server is not None and k.data.server.data_free is not None
    return ok(said) if known else doubtful(said, k.on_host("df -h"))


def _live(k: Looked) -> int:
    return k.data.server.live.bytes if k.data.server and k.data.server.live else 0


def needed(newest: Found, name: str, live: int) -> int:
    """Return the bytes that a restore of a backup takes; as far as is known where it was not read yet."""
    section = newest.checked.section(name) if newest.checked else None
    if newest.checked is None or section is None:
        return max(2 * newest.bytes, live)
    return backup_check.room(newest.checked, section, live)


def latest(k: Looked) -> Found | None:
    """Return the newest backup of the database; None where there is none, or where they cannot be told."""
    known = k.environment.database
    if known is None or isinstance(k.backups, str):
        return None
    return backup_choice.latest(k.backups, known.name)[0]


def backup(k: Looked) -> Need | None:
    """Return whether there is a backup as young as hosts.yaml wants it."""
    known, newest = k.environment.database, latest(k)
    if known is None or not k.primary:
        return None
    if isinstance(k.backups, str):
        return missing(f"the backups cannot be told: {one_line(k.backups) or 'no answer'}", fab("backups.list"))
    if newest is None:
        return missing(f"none of {known.name} in {known.storage.folder}", fab("backups.create"))
    judged = finding.newest(k.environment, k.backups, k.examined.now)
    if judged.old:
        return missing(judged.text, fab("backups.create"))
    if not newest.ours and newest.checked is None:
        read = fab(f"backups.check --file {quote(newest.path)}")
        return doubtful(f"{newest.path}: nothing says that it is of {known.name}", read)
    if judged.text:
        return ok(judged.text)
    how_old = age(max(0.0, k.examined.now - newest.taken))
    return doubtful(f"{newest.path}, {how_old} old; no backups.max_age in {HOSTS_FILE} limits that", k.settings)


def verified(k: Looked) -> Need | None:
    """Return whether the newest backup was read to its end as it is now, or restored on trial."""
    newest = latest(k)
    if newest is None or not k.primary:
        return None
    again = fab(f"backups.check --file {quote(newest.path)} --restore")
    if newest.checked is None:
        return doubtful(newest.verdict, again)
    bad = not newest.good or newest.restored.startswith("NOT")
    if bad or newest.owner:
        return missing(newest.verdict, fab("backups.create"))
    return ok(f"{newest.verdict}{'' if newest.restored else '; not restored on trial'}")
