"""An incident as it really went: the runs it was met with, and where the deployment is now."""

from __future__ import annotations

from msgspec import Struct, field

from ..console.errors import Refused
from ..engine import journal as runs
from ..engine import record as story
from ..engine.plan import Effect
from ..engine.record import Story
from ..preflight import proof, state
from ..preflight.state import State
from ..ssh import paths
from ..ssh.host import Host
from .secrets import Secrets, in_dotenv

TOGETHER = 24 * 3600  # seconds before the last run in which runs belong to one incident
LOOKED_AT = 20  # runs


class Entry(Struct, frozen=True):
    """One line of a journal: when (the host's clock, seconds), of which run, and what it says."""

    at: float
    run: str
    event: str
    said: dict

    @property
    def step(self) -> str:
        """The name of the step it is about, without its number."""
        return str(self.said.get("step", "")).partition("-")[2] or str(self.said.get("step", ""))

    def had(self, effect: Effect) -> bool:
        """Return whether it says that a step with this effect succeeded."""
        return self.event == "end" and self.said.get("code") == 0 and effect in self.said.get("effects", ())


class Incident(Struct, kw_only=True):
    """The main run (None: there was none), all entries of the incident's runs in order, and the present state."""

    environment: str
    address: str
    seen: State
    main: Story | None = None
    entries: list[Entry] = field(default_factory=list)
    checks: list[proof.Check] = field(default_factory=list)
    secrets: Secrets = field(default_factory=lambda: Secrets([]))

    def last(self, *events: str) -> Entry | None:
        """Return the last entry of one of `events`."""
        return next((e for e in reversed(self.entries) if e.event in events), None)

    def done(self, effect: Effect) -> Entry | None:
        """Return the last entry that says that a step with this effect succeeded."""
        return next((e for e in reversed(self.entries) if e.had(effect)), None)

    @property
    def proven(self) -> Entry | None:
        """The entry that says that the main run was proven."""
        return next(
            (e for e in reversed(self.entries) if self.main and e.run == self.main.run and e.event == "proven"), None
        )


def read(host: Host, run: str | None = None) -> Incident:
    """Return the incident whose main run is `run`, or the last playbook's, and the state now; changes nothing."""
    asked = {
        "every": runs.every(paths.state(host.environment), LOOKED_AT),
        "dotenv": f"cat {paths.app(host.environment)}/.env 2>/dev/null || :",
        **state.questions(host.environment),
    }
    answers = host.ask(asked)
    dotenv = answers.pop("dotenv").out
    journals = of_one_incident(runs.journals(answers.pop("every").out), run)
    incident = Incident(
        environment=host.environment.name,
        address=host.address,
        seen=state.read(host.environment, answers),
        entries=entries(journals),
        secrets=Secrets(in_dotenv(dotenv, every=False)),
    )
    if run or journals:
        incident.main = story.read(host, main_run(journals, run))
        incident.entries = incident.entries or entries({incident.main.run: incident.main.journal})
        incident.checks = proof.verify(host, incident.main.plan.expect)
    return incident


def of_one_incident(journals: dict[str, list[dict]], run: str | None = None) -> dict[str, list[dict]]:
    """Return the journals that belong together with that of `run`, or of the last run; oldest first."""
    began = {name: next((e["at"] for e in journal if "at" in e), 0.0) for name, journal in journals.items()}
    around = began.get(run) if run else max(began.values(), default=None)
    names = sorted((n for n in began if around is not None and abs(began[n] - around) <= TOGETHER), key=began.get)
    return {name: journals[name] for name in names}


def main_run(journals: dict[str, list[dict]], run: str | None = None) -> str:
    """Return `run`, else the last run of a playbook (no dot in its name), else the last run."""
    tasks = {name: next((e.get("task", "") for e in j if e.get("event") == "run"), "") for name, j in journals.items()}
    playbooks = [name for name, task in tasks.items() if task and "." not in task]
    return run or (playbooks or list(tasks))[-1]


def entries(journals: dict[str, list[dict]]) -> list[Entry]:
    """Return all entries in the order of the host's clock."""
    found = [
        Entry(float(e.get("at") or 0), name, str(e.get("event", "")), e) for name, j in journals.items() for e in j
    ]
    return sorted(found, key=lambda e: e.at)


def unhealthy(seen: State) -> list[str]:
    """Return what does not answer as it should, by health address."""
    return [f"{r.url}: {r.code or 'no answer'}" for r in seen.responses if r.code != 200]


def note(host: Host, run: str, event: str, what: str) -> None:
    """Write into the journal of `run` on the host that the incident was `notified` or `documented`."""
    host.sh(runs.note(f"{paths.state(host.environment)}/runs/{run}", event, what=what))


def chosen(incident: Incident) -> Story:
    """Return the main run, or raise Refused where there was none."""
    if incident.main is None:
        raise Refused(f"{incident.address}: no run yet: there is nothing to report.")
    return incident.main
