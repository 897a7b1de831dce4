"""Which run an operator means, and whether that can be done with it."""

from __future__ import annotations

from ..console.commands import fab
from ..console.errors import Refused
from ..ssh.fleet import has_the_database
from ..ssh.host import Host
from ..ssh.parallel import parallel_map
from . import journal, left_out, lock, record
from .record import RunRecord

LOOKED_AT = 50  # runs, the newest first, among which one is looked for that changed something


def activity(host: Host) -> str:
    """Return what the journals on the host say now; `Plan.activity` is compared with it under the lock."""
    return host.ask(journal.activity(host.environment))


def to_continue(host: Host, run: str | None) -> RunRecord:
    """Return the run that `resume` means; Refused when there is nothing to continue."""
    _require_in_step(host)
    known = record.read(host, run or _holder(host))
    if known.over:
        raise Refused(f"Run {known.run} ({known.plan.task}) is over: {known.state}. There is nothing to continue.")
    return known


def to_undo(host: Host, run: str | None, data: bool = False) -> RunRecord:
    """Return the run that `undo` means: `run`, that which holds the lock, or the last that changed something.

    Refused when it left nothing that could be taken back. Where it is named, what was taken back already gives its
    `data` all the same: an upgrade may have made others.
    """
    _require_in_step(host)
    named = run or _holder(host)
    known = record.of_fleet(host, record.read(host, named)) if named else _last_change(host)
    _require_change(known)
    said = f"Run {known.run} ({known.plan.task})"
    if known.undone and not (run and data):
        raise Refused(f"{said} was taken back already.", next=_data_of(known))
    if not run and known.plan.only_by_name:
        raise Refused(f"{said} only kept a release. The way back to that: {known.plan.back}")
    if not known.plan.undoable:
        raise Refused(
            f"{said} is not taken back by undo. Its way back: {known.plan.back or 'none is known'}. "
            f"An earlier run is: {fab('undo --run ID')}; {fab('runs.list')} shows them."
        )
    return known


def _require_in_step(host: Host) -> None:
    """Raise Refused where the first host was left out of a run since: those that it knows are not the last ones."""
    if has_the_database(host):
        return
    said = parallel_map(host.fleet[1:], lambda member: member.ask(left_out.remembered(member.environment)))
    if any(host.address in words for words in said):
        raise Refused("out of step: a run went on without this host.", at=host.address, next=f"Next: {fab('converge')}")


def _require_change(known: RunRecord) -> None:
    if not known.changed:
        held = f"It holds the lock, and is not over. Next: {fab('resume')}" if known.holder == known.run else ""
        raise Refused(f"Run {known.run} ({known.plan.task}) changed nothing: there is nothing to take back.", next=held)


def _data_of(known: RunRecord) -> str:
    """Return the sentence that names the way to the data of before a run, where it kept them."""
    again = fab(f"undo --run {known.run} --restore-snapshot")
    return f"The data of before it: {again}" if known.plan.keeps_data else ""


def _holder(host: Host) -> str | None:
    found = host.ask(lock.show(host.environment))
    return found.run if found else None


def _last_change(host: Host) -> RunRecord:
    """Return the last run that changed something, or recorded a release; where none did, the last one.

    A release that was recorded is not passed over: a deployment came between it and the runs before it.
    """
    last = record.of_fleet(host, record.read(host))
    if _counts(last):
        return last
    earlier = [name for name in reversed(host.ask(journal.every(host.environment, LOOKED_AT))) if name != last.run]
    found = (host.ask(record.probe(host.environment, name)) for name in earlier)
    everywhere = (record.of_fleet(host, known) for known in found if known)
    return next(filter(_counts, everywhere), last)


def _counts(known: RunRecord) -> bool:
    return known.changed or bool(known.plan.closing and known.over)
