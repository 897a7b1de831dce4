"""An incident as it really went: the runs it was met with, and where the deployment is now."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct, field, structs

from ..console.units import age, moment
from ..engine import journal, journaled, record
from ..engine.journaled import Entry
from ..engine.plan import Effect
from ..engine.record import RunRecord
from ..engine.world import Check
from ..preflight.checks import proof
from ..preflight.present import state
from ..preflight.present.state import State
from ..ssh.host import Host
from ..tools import secrets
from ..tools.secrets import Secrets
from . import cause
from .cause import Cause, Kept
from .together import Journals, main_run, of_one_incident, own_runs

LOOKED_AT = 20  # runs


class TimelineEntry(Struct, frozen=True):
    """One line of a journal: when (the host's clock, seconds), of which run, and what it says."""

    at: float
    run: str
    event: str
    said: Entry

    @property
    def step(self) -> str:
        """The name of the step it is about, without its number."""
        number, _, name = str(self.said.get("step", "")).partition("-")
        return name or number

    def had(self, effect: Effect) -> bool:
        """Return whether it says that a step with this effect succeeded."""
        return self.event == "end" and self.said.get("code") == 0 and effect in self.said.get("effects", ())


class Incident(Struct, frozen=True, kw_only=True):
    """The main run (None: there was none), all entries of the incident's runs in order, and the present state.

    `own` are the runs whose steps count as the main one's: itself, and the steps that were run one by one beside it.
    `cause` is the error that the logs kept by the main run end with, None where there is none; `failing` when the first
    one was written (the host's clock, seconds; 0: not known). `checks` is the proof read again now, `left_out` what it
    did not require and is not well.
    """

    environment: str
    address: str
    seen: State
    main: RunRecord | None = None
    own: list[str] = field(default_factory=list)
    cause: Cause | None = None
    failing: float = 0.0
    entries: list[TimelineEntry] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    left_out: list[Check] = field(default_factory=list)
    secrets: Secrets = field(default_factory=lambda: Secrets([]))

    def last(self, event: str) -> TimelineEntry | None:
        """Return the last entry of an `event` in the journal of the main run."""
        main = self.main.run if self.main else ""
        return next((e for e in reversed(self.entries) if e.event == event and e.run == main), None)

    def done(self, effect: Effect) -> TimelineEntry | None:
        """Return the last entry of its own runs that says that a step with this effect succeeded."""
        return next((e for e in reversed(self.entries) if e.run in self.own and e.had(effect)), None)

    @property
    def proven(self) -> TimelineEntry | None:
        """The entry that says that the main run was proven."""
        return self.last("proven")

    @property
    def took(self) -> float | None:
        """When the main run was proven, in seconds after it began, as its operator was told; None: it was not."""
        if not (self.proven and self.main):
            return None
        began = float(journaled.first(self.main.journal).get("at") or 0)
        return float(self.proven.said.get("seconds", self.proven.at - began))

    @property
    def answered(self) -> str:
        """What the health addresses said when the main run began, where they did not answer as they should."""
        before = self.main.plan.before if self.main else None
        return before.answered if before else ""

    @property
    def unverified(self) -> list[str]:
        """What the main run's proof did not require, and was not well."""
        return list(self.proven.said.get("left_out", [])) if self.proven else []

    def when(self, at: float) -> str:
        """Return a time of the host, and how long ago that was."""
        now = self.main.now if self.main else 0
        return f"{moment(at)}, {age(now - at)} ago" if at and now else moment(at)


def read(host: Host, run: str | None = None) -> Incident:
    """Return the incident whose main run is `run`, or the last playbook's, and the state now; changes nothing."""
    environment = host.environment
    every = journal.every(environment, LOOKED_AT)
    known, hidden, seen = host.ask(every, secrets.probe(environment), state.probe(environment))
    main = _main(host, known, run)
    found = Incident(environment=environment.name, address=host.address, seen=seen, secrets=hidden)
    return _about(host, found, main, of_one_incident(known, main.run)) if main else found


def main_record(host: Host, run: str | None = None) -> RunRecord | None:
    """Return the record of `run`, or of the last incident's main run; None where there was none."""
    return _main(host, host.ask(journal.every(host.environment, LOOKED_AT)), run)


def _main(host: Host, known: Journals, run: str | None) -> RunRecord | None:
    together = {} if run else of_one_incident(known)
    return record_of(host, run or main_run(together)) if run or together else None


def _about(host: Host, found: Incident, main: RunRecord, together: Journals) -> Incident:
    kept = Kept() if main.plan.undoes else host.ask(cause.probe(host.environment, main.run))
    checks, left_out = proof.look(host, main.plan.expect)
    return structs.replace(
        found,
        main=main,
        own=own_runs(together, main.run),
        entries=timeline(together or {main.run: main.journal}, noticed(main)),
        checks=checks,
        left_out=left_out,
        cause=kept.cause,
        failing=kept.since,
    )


def record_of(host: Host, run: str) -> RunRecord:
    """Return the record of `run`; of one that another version of these tasks wrote, what the journal says."""
    try:
        return record.read(host, run)
    except record.OtherFormat as other:
        return other.known


def noticed(main: RunRecord) -> list[TimelineEntry]:
    """Return when the application was seen to answer while a run went on, and when not."""
    changes = main.answers.changes if main.answers else []
    return [TimelineEntry(one.at, main.run, "answers" if one.up else "silent", {}) for one in changes]


def timeline(journals: Journals, others: Sequence[TimelineEntry] = ()) -> list[TimelineEntry]:
    """Return all entries, and `others`, by the host's clock; others are noted by the second, and come last in it."""
    own = ((run, entry) for run, entries in journals.items() for entry in entries)
    found = [TimelineEntry(float(e.get("at") or 0), run, str(e.get("event", "")), e) for run, e in own]
    return sorted([*sorted(found, key=lambda entry: entry.at), *others], key=lambda entry: int(entry.at))


def note(host: Host, incident: Incident, event: str, what: str) -> None:
    """Write into the journal of the main run, if there is one, that the incident was `notified` or `documented`."""
    if incident.main:
        host.sh(journal.note(journal.folder(host.environment, incident.main.run), event, what=what))
