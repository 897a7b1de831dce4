"""The look before a restore: the file found and read, held against the live database; nothing is changed."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from ..console.errors import Refused
from ..console.units import size
from ..ssh import paths
from ..ssh.shell import home, quote
from ..tools.compose import compose
from ..tools.postgres.backup import Backup, Section
from ..tools.postgres.names import copy_name
from ..tools.postgres.psql import Database
from ..tools.postgres.reads import rows_script, server_script
from ..tools.postgres.report import Server, parse_server, parse_tables
from . import backup_check as check
from . import backup_files as files
from . import backup_fit as fit
from . import copies, state, upload
from . import restore_facts as tell
from .state import State

COUNTING = 180  # seconds that counting the rows of the live database may take
LOCAL = "local:"


@dataclass
class Sight:
    """What the look found: the live database (ROWS by table; None: not countable) and the backup."""

    seen: State
    db: Database
    server: Server
    backup: Backup
    section: Section
    rows: dict[str, int] | None
    fit: fit.Fit
    risks: list[str] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def there(self) -> bool:
        """Whether there is a live database."""
        return self.server.live is not None

    @property
    def owners(self) -> bool:
        """Whether all roles that the backup names are on the server."""
        return not self.backup.missing_roles

    @property
    def need(self) -> int:
        """The bytes that the restored database may take, with all that is written meanwhile."""
        return max(2 * self.section.bytes or 2 * self.backup.uncompressed, self.bytes)

    @property
    def bytes(self) -> int:
        """The size of the live database."""
        return self.server.live.bytes if self.server.live else 0

    def before(self, run: str) -> dict:
        """Return what `undo` has to know of the state that is left."""
        running = sorted({k.service for k in self.seen.containers if k.status in ("running", "restarting")})
        known = {
            "commit": self.seen.head,
            "branch": self.seen.branch,
            "revision": self.seen.revision,
            "running": running,
            "healthy": self.seen.healthy,
        }
        return {**known, "swapped": copy_name(self.db.name, "old", run)} if self.there else {}


def configured(c) -> None:
    """Raise Refused where hosts.yaml knows of no database."""
    if not c.environment.database:
        raise Refused(f"{c.environment.name} has no database in hosts.yaml. Nothing was changed.")


def reached(c) -> tuple[State, Database]:
    """Return the state of the host and its live database; Refused where either is out of reach."""
    configured(c)
    seen = state.look(c)
    state.require(c.address, seen, ("engine",))
    return seen, copies.database_of(c, seen)


def found(c) -> list[files.Found]:
    """Return what lies in the folder of the backups, the newest first."""
    configured(c)
    environment = c.environment
    container = compose.containers(environment.service("database") or "db", everything=False)
    finding = f"cd {paths.app(environment)} 2>/dev/null && {container} | head -n 1"
    script = files.listing(environment.database.backups, check.reports(environment), finding)
    return files.parse_listing(c.sh(script, timeout=None).stdout, environment.database.backups)


def path_of(c, file: str | None, plan: bool = False) -> str:
    """Return the path on the host that `--file` means, after uploading it where it is on this machine."""
    folder = c.environment.database.backups
    if not file:
        names = ", ".join(one.name for one in found(c)[:5]) or "none yet (fab backups.create)"
        raise Refused(f"--file is needed: a PATH on the host, latest, or local:PATH. In {folder}: {names}.")
    if file.startswith(LOCAL):
        return upload.bring(c, file.removeprefix(LOCAL), folder, plan)
    if file == "latest":
        newest = next(iter(found(c)), None)
        if newest is None:
            raise Refused(f"{c.address}: there is no backup in {folder}. Nothing was changed.")
        return newest.path
    inside = f"{folder}/{file}"
    script = f'for f in {home(file)} {home(inside)}; do [ ! -e "$f" ] || {{ echo there; break; }}; echo not; done'
    tried = c.sh(script).stdout.split()
    if "there" not in tried:
        where = f"neither in the login's home nor in {folder}"
        raise Refused(f"{c.address}: there is no {file}, {where}. Nothing was changed. Next: fab backups.list")
    return (file, inside)[tried.index("there")]


def look(c, file: str | None, source: str | None, plan: bool) -> Sight:
    """Return what a restore of `--file` would meet, or raise Refused for what makes it impossible."""
    seen, db = reached(c)
    path = path_of(c, file, plan)
    backup = check.inspect(c, db, path)
    answers = c.ask({"server": server_script(db), "now": "date +%s", "rows": rows_script(db)}, timeout=COUNTING)
    if not answers["server"].ok:
        raise Refused(f"{c.address}: {answers['server'].err}. Nothing was changed.")
    server = parse_server(answers["server"].out, db.name)
    rows = None
    if server.live and answers["rows"].ok:
        rows = {name: table.rows for name, table in parse_tables(answers["rows"].out).items()}
    aim = target(c, db, server, rows)
    if reasons := check.obstacles(backup, aim, source):
        other = _other(c, path, file)
        raise Refused(f"{c.address}: {path} cannot be restored: {'; '.join(reasons)}. Nothing was changed.{other}")
    if server.standby:
        raise Refused(f"{c.address}: the database server is a standby: it cannot be written to. Nothing was changed.")
    section = check.section_of(backup, db.name, source)
    sight = Sight(
        seen, db, server, backup, section, rows, fit.judge(c, seen, section.revisions), check.risks(backup, aim)
    )
    tell.tell(sight, int(answers["now"].out.strip() or time.time()))
    return sight


def target(c, db: Database, server: Server, rows: dict[str, int] | None) -> check.Target:
    """Return what a backup would replace."""
    tables = frozenset(rows or ()) - {check.versions_table(c.environment)}
    return check.Target(db.name, server.version // 10000, server.live.encoding if server.live else "", tables)


def _other(c, path: str, file: str | None) -> str:
    """Return the way out where `latest` is no good: the newest backup that is known to be."""
    if file != "latest":
        return ""
    good = next((one for one in found(c) if one.good and one.path != path), None)
    return f" The newest that was verified: --file {quote(good.path)}" if good else " Others: fab backups.list"


def safety_path(c, sight: Sight, run: str) -> str:
    """Return where the live database can be dumped to, or nothing where the host's disk has no room."""
    folder = c.environment.database.backups
    room = f'd={home(folder)}; [ -d "$d" ] || d=$HOME; df -Pk "$d" | awk \'NR == 2 {{ printf "%.0f", $4 * 1024 }}\''
    free = c.sh(room).stdout
    fits = float(free.strip() or 0) > 1.2 * sight.bytes
    return f"{folder}/{files.file_name(sight.db.name, run, 'custom')}" if fits else ""


def require_room(sight: Sight, need: int, way_out: str) -> None:
    """Raise Refused unless NEED bytes fit on the database's disks."""
    if not sight.server.fits(need):
        wanted, free = size(need + sight.server.max_wal), size(sight.server.data_free)
        raise Refused(
            f"Not enough disk for the database: about {wanted} are needed, its log included, {free} are free. "
            f"Nothing was changed. {way_out}"
        )
