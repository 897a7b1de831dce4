"""A drill beside: the last good release on the newest backup, as a copy that nobody reaches and nothing stays of."""

from __future__ import annotations

import time
from collections.abc import Collection

from msgspec import structs

from ..config.settings import Address
from ..console import terminal as console
from ..console.commands import HOSTS_FILE
from ..console.errors import Refused, Stopped
from ..console.text import last_line
from ..ssh.host import Host
from ..tools.alembic import beside
from ..tools.alembic.beside import Stack
from ..tools.alembic.schema_change import SchemaChange
from ..tools.compose import answering, projects
from ..tools.compose.answering import Place
from . import restore, rollback
from .backups import backup_check
from .history import drills
from .history.drills import Part
from .practice import Aim
from .restore_report import RestoreOptions, RestoreReport
from .rollback_report import RollbackOptions, RollbackReport

NAMES = ("restore", "release", "untouched")
NOTHING_MADE = "nothing was made"
INTERRUPTED = "interrupted"


def tried(c: Host, aim: Aim) -> list[Part]:
    """Return what became of the copy: the backup restored, the release started on it, the real one as it was."""
    began = time.monotonic()
    try:
        backup = _backup(c, aim)
        read = time.monotonic() - began
        release = _release(c, aim)
        call = _call(c, backup, release)
    except Refused as refused:
        return [drills.not_run(name, refused.reason if name != "untouched" else NOTHING_MADE) for name in NAMES]
    return _ended(c, backup.run, call, {"restore": read, "release": time.monotonic() - began - read})


def _backup(c: Host, aim: Aim) -> RestoreReport:
    if not aim.backup:
        raise Refused(aim.no_backup)
    return restore.read(c, aim.backup, RestoreOptions())


def _release(c: Host, aim: Aim) -> RollbackReport:
    if not aim.commit:
        raise Refused(aim.no_commit)
    return rollback.check(c, aim.commit, RollbackOptions())


def _call(c: Host, backup: RestoreReport, release: RollbackReport) -> str:
    wanted = backup_check.on_trial(c.environment, backup.backup, backup.section, backup.run, "drill")
    image = release.migration.image if release.migration else ""
    stack = _stack(c, backup, release)
    return beside.call(release.environment, backup.live, wanted, stack, _way_down(backup, release), image)


def _way_down(backup: RestoreReport, release: RollbackReport) -> SchemaChange | None:
    """Return what the backup's schema is taken down by; None where it is what the release needs."""
    change, carried = release.schema, sorted(backup.section.revisions)
    if change is None or carried == sorted(change.to_heads):
        return None
    if change.changes and carried == sorted(release.state.revision or []):
        return change
    raise Refused(
        f"the backup carries {', '.join(carried) or 'no revision'}, {release.target.title} needs {change.goal}, "
        "and no way that a rollback takes leads from one to the other."
    )


def _stack(c: Host, backup: RestoreReport, release: RollbackReport) -> Stack:
    """Return the services that have to run here, the database apart; Refused where nothing would say that they do."""
    files, environment, state = release.wanted.files, release.environment, release.state
    servers = {k.service for k in state.containers if k.id == backup.live.container}
    apart = {environment.service("database"), *servers, *files.jobs, *environment.elsewhere}
    images = {s: release.image_names.get(s) or files.image(s) for s in files.lasting if s not in apart}
    addresses = environment.health.addresses
    behind = _behind(c, release, images)
    others = [one for one in addresses if one not in behind]
    published = beside.asked(others, {s: files.services[s] for s in images})
    asked = {**published, **{answering.inside(one): to for one, to in behind.items()}}
    if addresses and not asked:
        raise Refused(
            f"no health address (health.urls in {HOSTS_FILE}) leads to a service of the release: by a port that it "
            "publishes, or behind a proxy by its name."
        )
    return Stack(commit=release.target.sha, wanted=release.wanted, images=images, asked=asked)


def _behind(c: Host, release: RollbackReport, services: Collection[str]) -> dict[Address, Place]:
    """Return which of `services` answers each address behind a proxy, as it is passed on to what runs now.

    They are asked themselves, not a proxy of the release: its copy has no socket to learn of them by.
    """
    named = [one for one in release.environment.health.addresses if answering.named(one)]
    if not named:
        return {}
    members = c.ask(projects.only({one.id for one in release.state.containers if one.service in services}))
    found = {one: answering.behind(one, members) for one in named}
    return {one: to for one, to in found.items() if to}


def _ended(c: Host, run: str, call: str, before: dict[str, float]) -> list[Part]:
    """Run the script, and return its parts; what it looked at `before`, in seconds, is a part of their time."""
    said = backup_check.Reading()
    why = ""
    try:
        result = c.sh(call, timeout=None, check=False, out=said)
        why = "" if result.ok else last_line(result.stderr)
    except Stopped as error:
        why = str(error)
    except KeyboardInterrupt:
        return _interrupted(c, run)
    told = {part.name: part for part in map(_part, said.report) if part}
    found = [told.get(name) or _missing(name, why, told) for name in NAMES]
    return [_with_time(part, before.get(part.name, 0.0)) for part in found]


def _interrupted(c: Host, run: str) -> list[Part]:
    """Return the parts of a drill that a Ctrl-C ended, once its copy is gone; what is not gone is named."""
    console.say("Interrupted: the copy is removed.")
    left = c.ask(beside.ended(c.environment, run), timeout=2 * beside.PATIENCE)
    why = f"left of the copy: {' '.join(left)}" if left else "nothing is left of the copy"
    return [drills.not_run(name, INTERRUPTED if name != "untouched" else f"interrupted; {why}") for name in NAMES]


def _part(line: str) -> Part | None:
    if not line.startswith("PART\t"):
        return None
    _, name, state, seconds, text = line.split("\t", 4)
    return Part(name=name, state="proven" if state == "proven" else "not proven", seconds=float(seconds), found=text)


def _missing(name: str, why: str, told: dict[str, Part]) -> Part:
    """Return the part that the script did not come to: it failed there, or at the one before."""
    if name == "untouched":
        return drills.not_run(name, "the host could not be asked any more")
    if name == "release" and "restore" not in told:
        return drills.not_run(name, "there are no data to start it on")
    return Part(name=name, state="failed", found=why or "it ended early")


def _with_time(part: Part, more: float) -> Part:
    return structs.replace(part, seconds=None if part.seconds is None else round(part.seconds + more, 2))
