"""Figures of deployments and rollbacks, month by month: from the ledger, and from the journals of the runs."""

from __future__ import annotations

import time
from collections.abc import Sequence
from statistics import median
from typing import Any

from msgspec import Struct

from ...console.commands import fab
from ...console.units import counted
from ...engine import journal, journaled
from ...engine.history import Journals
from ...engine.journaled import Entry as Line
from ...ssh.host import Host
from ...ssh.probe import clock
from . import drills, ledger
from .ledger import BAD, BEGUN, GOOD, Entry

ALL = 999_999  # runs
RECORD = "release.record"
ROLLBACKS = ("code-rollback", "full-rollback", "migration-rollback", "emergency-restore")
STOPPING = (*ROLLBACKS, "container-restart", "undo")  # tasks during which nobody is served


class Deployed(Struct, frozen=True):
    """A deployment: when it was begun, or else first heard of (seconds), of which commit; `failed`: rolled back."""

    at: float
    commit: str
    failed: bool = False


class Ran(Struct, frozen=True):
    """A run that was proven: when it began, and how long nobody was served, and until when; None: not measured."""

    at: float
    task: str
    outage: float | None
    recovery: float | None


class Figures(Struct, frozen=True, kw_only=True):
    """What is known of a month, or of all of them; None: it is not known, and zero only where there was none.

    `failure_rate` is that of deployments which were rolled back. `time_to_restore` is the median of the seconds from a
    rollback's begin until the application answered, `outage` the sum of the seconds in which it did not; `unmeasured`
    are the runs that stopped it and of which nobody measured that.
    """

    month: str
    deployments: int | None
    failed: int | None
    failure_rate: float | None
    rollbacks: int | None
    time_to_restore: float | None
    outage: float | None
    unmeasured: int


class Stats(Struct, frozen=True):
    """The figures by month, the oldest first, those of all together, and sentences on what is not known."""

    months: list[Figures]
    whole: Figures
    unknown: list[str]


class History(Struct, frozen=True):
    """All that is known: since when the ledger and the journals go, in seconds; None: there is nothing."""

    deployed: list[Deployed]
    ran: list[Ran]
    recorded: float | None
    since: float | None
    unfinished: int


def read(c: Host, months: int) -> Stats:
    """Return the figures of the last `months`, by the clock of the host."""
    events = ("run", *journaled.LAST_WORD)
    said, journals, now = c.ask(ledger.probe(c.environment), journal.every(c.environment, ALL, events), clock())
    return of(history(said, journals), last_months(now, months))


def history(said: Sequence[Entry], journals: Journals) -> History:
    """Return what ledger and journals tell of deployments and runs."""
    deployed, unfinished = deployments(said)
    begins = [e.at for e in said if e.event == BEGUN or e.task == RECORD]
    whole = [*(e.at for e in said), *(float(journaled.first(lines).get("at") or 0) for lines in journals.values())]
    return History(
        deployed,
        [one for lines in journals.values() if (one := _ran(lines))],
        min(begins, default=None),
        min(filter(None, whole), default=None),
        unfinished,
    )


def deployments(said: Sequence[Entry]) -> tuple[list[Deployed], int]:
    """Return the deployments, the oldest first, and how many more were begun of which the ledger says no more.

    One was recorded as good, or rolled back without that. A release recorded twice running was deployed once.
    """
    found: list[Deployed] = []
    begun: list[float] = []
    unfinished, present = 0, ""
    for entry in said:
        if entry.event == BEGUN:
            unfinished, begun = unfinished + len(begun), [entry.at]
        elif entry.event == BAD and (known := _of(found, entry.commit, present)) is not None:
            found[known] = Deployed(found[known].at, entry.commit, failed=True)
        elif entry.event == BAD or (entry.event == GOOD and entry.task == RECORD and entry.commit != present):
            found.append(Deployed(next(iter(begun), entry.at), entry.commit, failed=entry.event == BAD))
            begun = []
        present = present if entry.event in (BEGUN, BAD) else entry.commit
    return found, unfinished + len(begun)


def _of(found: Sequence[Deployed], commit: str, present: str) -> int | None:
    """Return which of the deployments it was that a rollback left; None where it was never recorded."""
    known = [number for number, one in enumerate(found) if one.commit == commit]
    return known[-1] if known and present == commit else None


def _ran(lines: Sequence[Line]) -> Ran | None:
    """Return a run as its journal tells it; None where it was not proven, or was only practised."""
    first = journaled.first(list(lines))
    proven = next((line for line in lines if line.get("event") == "proven"), None)
    if proven is None or not first.get("at") or first.get("because") == drills.BECAUSE:
        return None
    return Ran(float(first["at"]), str(first.get("task")), proven.get("outage"), proven.get("recovery"))


def of(known: History, months: Sequence[str]) -> Stats:
    """Return the figures of `months` (2026-01), the oldest first."""
    return Stats([figures(known, [one]) for one in months], figures(known, months), unknown(known, months))


def figures(known: History, months: Sequence[str]) -> Figures:
    """Return the figures of several months together, or of a single one."""
    deployed = [one for one in known.deployed if month(one.at) in months]
    recorded, here = _since(known.recorded, months), _since(known.since, months)
    failed = sum(one.failed for one in deployed)
    return Figures(
        month=months[0] if len(months) == 1 else f"{months[0]} to {months[-1]}",
        deployments=len(deployed) if recorded else None,
        failed=failed if here else None,
        failure_rate=round(failed / len(deployed), 3) if recorded and deployed else None,
        **_restored([one for one in known.ran if month(one.at) in months], here),
    )


def _restored(ran: Sequence[Ran], here: bool) -> dict[str, Any]:
    """Return the figures of runs; `here`: whether there could be any."""
    back = [one for one in ran if one.task in ROLLBACKS]
    recovered = [one.recovery for one in back if one.recovery is not None]
    outages = [one.outage for one in ran if one.outage is not None]
    unmeasured = sum(one.outage is None for one in ran if one.task in STOPPING)
    return {
        "rollbacks": len(back) if here else None,
        "time_to_restore": round(median(recovered), 1) if recovered else None,
        "outage": round(sum(outages), 1) if outages or (here and not unmeasured) else None,
        "unmeasured": unmeasured,
    }


def _since(at: float | None, months: Sequence[str]) -> bool:
    """Return whether something was written down already before the last of `months` was over."""
    return at is not None and month(at) <= months[-1]


def unknown(known: History, months: Sequence[str]) -> list[str]:
    """Return what is not known, in sentences."""
    if known.since is None:
        return ["nothing was recorded yet, and no run was made: nothing is known"]
    deployed = f"no deployment was recorded ({fab(RECORD)}): how many there were, and how many failed, is not known"
    left, unmeasured = counted(known.unfinished, "deployment"), figures(known, months).unmeasured
    return [
        *([f"before {month(known.since)} nothing is known"] if month(known.since) > months[0] else []),
        *([] if known.recorded else [deployed]),
        *([f"{left} begun, and neither recorded nor rolled back: not counted"] if known.unfinished else []),
        *([f"the outage of {counted(unmeasured, 'run')} was not measured: not in the sum"] if unmeasured else []),
    ]


def month(at: float) -> str:
    """Return the month (UTC) of a time in seconds since the epoch, as 2026-01."""
    return time.strftime("%Y-%m", time.gmtime(at))


def last_months(now: float, count: int) -> list[str]:
    """Return the last `count` months, that of `now` (seconds since the epoch) included, the oldest first."""
    today = time.gmtime(now)
    whole = 12 * today.tm_year + today.tm_mon - 1
    return [f"{number // 12}-{number % 12 + 1:02}" for number in range(whole - count + 1, whole + 1)]
