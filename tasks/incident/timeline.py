"""An incident as it really went: the runs it was met with, and where the deployment is now."""

from __future__ import annotations

from msgspec import Struct, field

from ..console.units import age, moment
from ..engine import journal, record
from ..engine.journal import Entry
from ..engine.plan import Effect
from ..engine.record import RunRecord
from ..engine.world import Check
from ..preflight.checks import proof
from ..preflight.present import state
from ..preflight.present.state import State
from ..ssh import paths
from ..ssh.host import Host
from ..ssh.probe import answered
from .secrets import Secrets, in_dotenv

TOGETHER = 24 * 3600  # seconds before the last run in which runs belong to one incident
LOOKED_AT = 20  # runs

Journals = dict[str, list[Entry]]
"""The journals of runs by their names, the oldest first."""


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
    """The main run (None: there was none), all entries of the incident's runs in order, and the present state."""

    environment: str
    address: str
    seen: State
    main: RunRecord | None = None
    entries: list[TimelineEntry] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    secrets: Secrets = field(default_factory=lambda: Secrets([]))

    def last(self, event: str, run: str = "") -> TimelineEntry | None:
        """Return the last entry of an `event`, of `run` if one is named."""
        return next((e for e in reversed(self.entries) if e.event == event and run in ("", e.run)), None)

    def done(self, effect: Effect) -> TimelineEntry | None:
        """Return the last entry that says that a step with this effect succeeded."""
        return next((e for e in reversed(self.entries) if e.had(effect)), None)

    @property
    def proven(self) -> TimelineEntry | None:
        """The entry that says that the main run was proven."""
        return self.last("proven", self.main.run) if self.main else None

    def when(self, at: float) -> str:
        """Return a time of the host, and how long ago that was."""
        now = self.main.now if self.main else 0
        return f"{moment(at)}, {age(now - at)} ago" if at and now else moment(at)


def read(host: Host, run: str | None = None) -> Incident:
    """Return the incident whose main run is `run`, or the last playbook's, and the state now; changes nothing."""
    environment = host.environment
    every = journal.every(environment, LOOKED_AT)
    dotenv = answered(f"cat {paths.app(environment)}/.env 2>/dev/null || :")
    known, settings, seen = host.ask(every, dotenv, state.probe(environment))
    together = of_one_incident(known, run)
    main = record_of(host, main_run(together, run)) if run or together else None
    return Incident(
        environment=environment.name,
        address=host.address,
        seen=seen,
        main=main,
        entries=timeline(together) or (timeline({main.run: main.journal}) if main else []),
        checks=proof.verify(host, main.plan.expect) if main else [],
        secrets=Secrets(in_dotenv(settings.out, every=False)),
    )


def record_of(host: Host, run: str | None = None) -> RunRecord | None:
    """Return the record of `run`, or of the last one; None where there is none.

    Of a run that another version of these tasks wrote, it is what the journal says.
    """
    try:
        return record.read(host, run) if run else host.ask(record.probe(host.environment))
    except record.OtherFormat as other:
        return other.known


def of_one_incident(journals: Journals, run: str | None = None) -> Journals:
    """Return the journals that belong together with that of `run`, or of the last run; oldest first."""
    began = {name: float(next((e["at"] for e in entries if "at" in e), 0)) for name, entries in journals.items()}
    around = began.get(run) if run else max(began.values(), default=None)
    if around is None:
        return {}
    names = (name for name, at in began.items() if abs(at - around) <= TOGETHER)
    return {name: journals[name] for name in sorted(names, key=lambda name: began[name])}


def main_run(journals: Journals, run: str | None = None) -> str:
    """Return `run`, else the last run of a playbook (no dot in its name), else the last run."""
    tasks = {name: str(journal.first(entries).get("task", "")) for name, entries in journals.items()}
    playbooks = [name for name, task in tasks.items() if task and "." not in task]
    return run or (playbooks or list(journals))[-1]


def timeline(journals: Journals) -> list[TimelineEntry]:
    """Return all entries in the order of the host's clock."""
    found = [
        TimelineEntry(float(e.get("at") or 0), run, str(e.get("event", "")), e)
        for run, entries in journals.items()
        for e in entries
    ]
    return sorted(found, key=lambda entry: entry.at)


def note(host: Host, incident: Incident, event: str, what: str) -> None:
    """Write into the journal of the main run, if there is one, that the incident was `notified` or `documented`."""
    if incident.main:
        host.sh(journal.note(journal.folder(host.environment, incident.main.run), event, what=what))
