"""Which runs are one incident, and which of them it is about, by their journals."""

from __future__ import annotations

from itertools import takewhile

from ..engine import journaled
from ..engine.journaled import Entry

TOGETHER = 24 * 3600  # seconds before the last run in which runs belong to one incident
# Tasks that leave code, schema, data and services as they are: none of them is an incident, or a part of one.
ASIDE = frozenset(
    {
        *("backups.create", "backups.prune", "containers.build", "containers.prune"),
        *("db.rehearse", "release.begin", "release.record"),
    }
)

Journals = dict[str, list[Entry]]
"""The journals of runs by their names, the oldest first."""


def of_one_incident(journals: Journals, run: str | None = None) -> Journals:
    """Return the journals that belong together with that of `run`, or of the last run; oldest first."""
    began = {
        name: float(next((e["at"] for e in entries if "at" in e), 0))
        for name, entries in journals.items()
        if name == run or _task(entries) not in ASIDE
    }
    around = began.get(run) if run else max(began.values(), default=None)
    if around is None:
        return {}
    names = (name for name, at in began.items() if abs(at - around) <= TOGETHER)
    return {name: journals[name] for name in sorted(names, key=lambda name: began[name])}


def main_run(journals: Journals) -> str:
    """Return the last run of a playbook, else the last run."""
    playbooks = [name for name, entries in journals.items() if _is_playbook(entries)]
    return (playbooks or list(journals))[-1]


def own_runs(journals: Journals, main: str) -> list[str]:
    """Return `main` and the steps that were run one by one after it; of a step, those before it as well.

    Another playbook before or after them is another story, and what belongs to it as well.
    """
    names = list(journals)
    if main not in names:
        return [main]
    at = names.index(main)
    before = [] if _is_playbook(journals[main]) else names[:at][::-1]
    steps = (takewhile(lambda name: not _is_playbook(journals[name]), part) for part in (before, names[at + 1 :]))
    return [*list(next(steps))[::-1], main, *next(steps)]


def _task(entries: list[Entry]) -> str:
    return str(journaled.first(entries).get("task", ""))


def _is_playbook(entries: list[Entry]) -> bool:
    task = _task(entries)
    return bool(task) and "." not in task
