"""The preflight of the tasks on backups that lie there: one more is written, or the oldest go."""

from __future__ import annotations

from dataclasses import replace

from msgspec import Struct, structs

from ..console.commands import fab
from ..console.errors import Failed, Refused
from ..console.text import last_line
from ..console.units import age, size
from ..engine.told import new_id
from ..ssh.host import Host
from ..ssh.shell import quote
from ..tools.postgres import changes, reads
from ..tools.postgres.backup import Backup, Section
from ..tools.postgres.psql import Database
from ..tools.postgres.server import Member, Server
from . import restore
from .backups import backup_check, backup_choice, backup_files, finding, only_copies, safety
from .backups.backup_files import Found
from .present.reports import DeploymentReport


class DumpReport(DeploymentReport, frozen=True, kw_only=True):
    """The `live` database, and the format `form` of the backup that is written of it."""

    live: Database
    form: str

    @property
    def path(self) -> str:
        """Where the backup will lie, relative to the login's home."""
        folder = safety.configured(self.environment).storage.folder
        return f"{folder}/{backup_files.file_name(self.live.name, self.run, self.form)}"


class StoredReport(DeploymentReport, frozen=True, kw_only=True):
    """The `backups`, and the `copies` of the `live` database, that nothing needs any more."""

    live: Database
    backups: list[Found]
    copies: list[Member]


class Checked(Struct, frozen=True):
    """What is known of a backup that was read to its end: why it is no good, and what may keep it from being loaded."""

    live: Database
    backup: Backup
    section: Section | None
    reasons: list[str]
    risks: list[str]


def check_file(c: Host, file: str | None, source: str | None) -> Checked:
    """Return what can be known of a backup without restoring it; what was found is kept for the list of backups.

    `source` is the database that it is of, where that is not the one of hosts.yaml.
    """
    _seen, live = restore.reached(c)
    backup = backup_check.inspect(c, live, restore.path_of(c, file), keep=True)
    server, rows = c.ask(reads.server(live), reads.optional(reads.rows(live)), timeout=restore.COUNTING)
    aim = restore.target(c, live, server, rows)
    return Checked(
        live,
        backup,
        backup.section(source or live.name),
        backup_check.obstacles(backup, aim, source),
        backup_check.risks(backup, aim),
    )


class Asked(Struct, frozen=True):
    """A question in SQL that was asked of a restored backup, its answer, and whether that is right."""

    question: str
    answer: str
    ok: bool


def try_restore(c: Host, checked: Checked) -> list[Asked]:
    """Restore a backup into a server of its own and return what it answered to the configured questions; Failed if not.

    Nothing stays of it; what became of it is kept for the list of backups.
    """
    environment, backup = c.environment, checked.backup
    wanted = backup_check.on_trial(environment, backup, checked.section or Section(), new_id(), "try")
    wanted = replace(wanted, reports=backup_check.reports(environment))
    stream = backup_check.Reading()
    call = changes.try_restore(checked.live, wanted, safety.configured(environment).checks)
    result = c.sh(call, timeout=None, check=False, out=stream)
    if not result.ok:
        why = f"{backup.path} cannot be restored: {last_line(result.stderr)}"
        raise Failed(f"{why}. {finding.another(c, backup.path)}")
    lines = [line.split("\t", 3) for line in stream.report if line.startswith("ASKED\t")]
    return [Asked(question, answer, how == "ok") for _, how, answer, question in lines]


def check_dump(c: Host, form: str) -> DumpReport:
    """Return what a backup in the format `form` would be of; Refused where there is no database."""
    seen, live = restore.reached(c)
    member = c.ask(reads.server(live)).live
    if member is None:
        raise Refused(f"there is no database {live.name}.", at=c.address)
    facts = [f"the database takes {size(member.bytes)}; the application goes on"]
    return DumpReport(environment=seen.settled(c.environment), state=seen, live=live, form=form, facts=facts)


def check_prune(c: Host, keep: int, copy: str | None = None) -> StoredReport:
    """Return what may go: all but the newest `keep` of our backups, and of fetched ones; copies that nothing needs.

    What holds values that are nowhere else stays, unless `copy` names it: then that alone goes. Refused where there is
    none called so.
    """
    seen, live = restore.reached(c)
    server, only = c.ask(reads.server(live), only_copies.probe(c.environment))
    there = [*finding.found(c), *finding.found(c, finding.FETCHED)]
    report = StoredReport(
        environment=seen.settled(c.environment),
        state=seen,
        live=live,
        backups=there,
        copies=list(server.copies),
        warnings=["nothing brings them back"],
    )
    names = {*(one.path for one in there), *(member.name for member in server.copies)}
    going = _alone(c, report, copy) if copy else _needless(report, server, keep, only)
    return _told(going, [name for name in only if name in names])


def _alone(c: Host, report: StoredReport, name: str) -> StoredReport:
    copies = [member for member in report.copies if member.name == name]
    backups = [one for one in report.backups if one.path == name and not one.fetched]
    if not copies and not backups:
        raise Refused(f"there is no copy of the database, and no backup, called {name}.", at=c.address)
    return structs.replace(report, copies=copies, backups=backups)


def _needless(report: StoredReport, server: Server, keep: int, only: list[str]) -> StoredReport:
    folder = safety.configured(report.environment).storage.folder
    copies = [member for member in superfluous(server) if member.name not in only]
    backups = backup_choice.to_prune(report.backups, folder, report.live.name, keep)
    return structs.replace(report, copies=copies, backups=[one for one in backups if one.path not in only])


def _told(report: StoredReport, only: list[str]) -> StoredReport:
    """Return the report with what goes, and what stays as the `only` place of its values, in words."""
    going = {*(one.path for one in report.backups), *(member.name for member in report.copies)}
    facts = [
        *(f"backup {one.path}, {size(one.bytes)}, {one.verdict}" for one in report.backups),
        *(f"database {member.name}, {size(member.bytes)}{_made(member)}" for member in report.copies),
        *(_stays(name) for name in only if name not in going),
    ]
    asked = [f"{name} holds values that are nowhere else: they would go." for name in only if name in going]
    return structs.replace(report, facts=facts, questions=asked)


def _stays(name: str) -> str:
    way = fab(f"backups.prune --copy {quote(name)}")
    return f"{name} stays: it holds values that are nowhere else ({way} removes it)"


def superfluous(server: Server) -> list[Member]:
    """Return the copies that may go: unfinished ones, and all old and snapshot ones but the last made.

    Its name has the operator's time, its age the server's: where their clocks disagree, what is the last by
    either of them stays.
    """
    whole = [(m.copy.id, m) for m in server.copies if m.copy and m.copy.kind != "new"]
    dated = [(-m.age, name, m) for name, m in whole if m.age is not None]
    last = [max(found, key=lambda one: one[:-1])[-1] for found in (whole, dated) if found]
    return [m for m in server.copies if m not in last]


def _made(copy: Member) -> str:
    """Return how old a copy of the database is, where that is known, to follow its size."""
    return "" if copy.age is None else f", {age(copy.age)} old"
