"""Where a deployment is, as the few lines that fit on one screen; a line for everything, even what is broken."""

from __future__ import annotations

from msgspec import Struct, field

from ...config.database_section import DatabaseSettings
from ...config.settings import Environment
from ...console.commands import fab
from ...console.text import one_line
from ...console.units import age, moment, size, stamp
from ...engine import journal, journaled, left_out, lock
from ...engine.history import Journals
from ...engine.told import Drift
from ...ssh.host import Host
from ...tools.compose.inspect import Container
from ..backups import finding
from ..backups.finding import Newest
from ..history import past
from ..history.past import Past
from ..present import drift
from . import checkup, examine, facts, health, service_updates
from .examine import Examined
from .facts import Facts
from .health import problem

NONE_GOOD = f"none known, --commit has to name one: {fab('git.log')}"


class Overview(Struct, frozen=True, kw_only=True):
    """One host on one screen: lines of (subject, text), and the same as `facts`; `well`: nothing stands out."""

    host: str
    well: bool
    lines: list[tuple[str, str]] = field(default_factory=list)
    drift: list[Drift] = field(default_factory=list)
    facts: Facts = Facts()


class Runs(Struct, frozen=True):
    """The journals of the last runs by their names, and what holds the lock, in a line; empty: nothing does.

    `out_of_step` are the hosts that a run left out.
    """

    journals: Journals = {}
    lock: str = ""
    out_of_step: list[str] = []


def look(member: Host) -> Overview:
    """Return what stands where on one host; what cannot be read is said in its line."""
    environment = member.environment
    journals, held, out, found, before, kept = member.ask(  # what a Docker that hangs has no part in comes first
        journal.every(environment, 1),
        lock.show(environment),
        left_out.remembered(environment),
        examine.probe(environment),
        past.probe(environment),
        finding.probe(environment),
    )
    found = examine.with_graph(member, found)
    newest = finding.newest(environment, kept, found.now) if member is member.fleet[0] else Newest()
    runs = Runs(journals, lock.describe(held) if held else "", out)
    return overview(member, found, before, runs, newest)


def half_done(host: Host) -> str:
    """Return the line about a run that stopped half-way; empty when there is none."""
    found = host.ask(lock.show(host.environment))
    return lock.describe(found) if found and found.state == "DEAD" else ""


def overview(member: Host, e: Examined, before: Past, runs: Runs, newest: Newest) -> Overview:
    """Return what stands where on one host."""
    updated = service_updates.lines(member.environment, e.seen, before.ledger)
    lines = _lines(member.environment, e, before, runs, newest, updated)
    well = _well(member.environment, e, member is member.fleet[0]) and not (newest.old or updated)
    known = facts.of(e, before, runs.journals, runs.lock)
    said = [(subject, text) for subject, text in lines if text]
    return Overview(host=member.address, well=well, lines=said, drift=e.drifted.drift, facts=known)


def _lines(
    environment: Environment, e: Examined, before: Past, runs: Runs, newest: Newest, updated: list[str]
) -> list[tuple[str, str]]:
    """Return the text about each subject; empty: there is nothing to say of it."""
    return [
        ("code", _code(e)),
        ("good before", _good(before)),
        ("containers", _containers(e)),
        ("database", _database(environment.database, e) if environment.database else ""),
        ("backups", newest.text),
        ("health", ", ".join(_health(e)) or "no address configured"),
        ("errors", _errors(e)),
        ("settings", _settings(environment, e)),
        ("updated", "; ".join(updated)),
        ("engine", f"{e.seen.engine or problem(e.seen, 'engine')}; free: {_free(e)}"),
        ("last run", _last(runs.journals, e.now)),
        ("lock", runs.lock),
        ("out of step", f"{', '.join(runs.out_of_step)}. Next: {fab('converge')}" if runs.out_of_step else ""),
    ]


def _well(environment: Environment, e: Examined, primary: bool) -> bool:
    unread = e.seen.problems.keys() - (set() if primary else {"revision"})
    return not unread and not health.wrong(checkup.checks(environment, e, primary=primary))


def _code(e: Examined) -> str:
    if not e.seen.head:
        return problem(e.seen, "head")
    changed = f"; modified: {', '.join(e.seen.modified[:3])}" if e.seen.modified else ""
    return f"{e.seen.head[:12]} ({e.seen.subject}), {e.seen.branch or 'detached'}{changed}"


def _good(past: Past) -> str:
    if good := past.good():
        return f"{good.commit[:12]} (recorded as good, {good.task})"
    before = past.before()
    return f"{before[:12]} (deployed before the present one)" if before else NONE_GOOD


def _containers(e: Examined) -> str:
    if "containers" in e.seen.problems:
        return problem(e.seen, "containers")
    missing = [f"{s} has none" for s in e.services if not e.seen.of(s)]
    known = [health.condition(k) + _since(e, k) for k in e.seen.containers]
    return ", ".join([*known, *missing]) or "none"


def _since(e: Examined, container: Container) -> str:
    if container.status not in ("running", "restarting"):
        return f" ({container.exit_code})"
    again = f", {container.restarts} restarts" if container.restarts else ""
    return f" {age(e.now - stamp(container.started))}{again}"


def _health(e: Examined) -> list[str]:
    return [f"{r.url} {r.found if r.code else problem(e.seen, f'url {n}')}" for n, r in enumerate(e.seen.responses)]


def _database(settings: DatabaseSettings, e: Examined) -> str:
    if e.seen.revision is None:
        return problem(e.seen, "revision")
    if not settings.alembic:
        return f"{settings.name} answers"
    rows = ", ".join(e.seen.revision) or "no revision"
    if e.heads is None:
        return f"{rows}; the heads of HEAD cannot be read: {one_line(e.heads_problem)}"
    return f"{rows}, " + ("as HEAD needs it" if e.fits else f"but HEAD needs {', '.join(e.heads)}")


def _errors(e: Examined) -> str:
    if "containers" in e.seen.problems:
        return "not known, as what runs cannot be read"
    loud = [f"{n.container} {len(n.times)}, the last: {n.last[:120]}" for n in e.errors if n.times]
    return "; ".join(loud) or "none since the start"


def _settings(environment: Environment, e: Examined) -> str:
    if e.project.problem:
        return f"compose does not accept its files: {one_line(e.project.problem)}"
    where = drift.described_by(environment, e.seen)
    return "; ".join(drift.lines(e.drifted, where)) or "as the containers have them"


def _free(e: Examined) -> str:
    return ", ".join(f"{place} {size(count)}" for place, count in e.seen.free.items()) or "unknown"


def _last(journals: Journals, now: float) -> str:
    name, entries = next(iter(journals.items()), ("", []))
    if not entries:
        return "none"
    at = float(entries[0].get("at") or 0)
    began = f", {moment(at)}, {age(now - at)} ago" if at else ""
    return f"{name} ({entries[0].get('task', '?')}){began}: {journaled.last_word(entries)}"
