"""Where a deployment is, as the few lines that fit on one screen; a line for everything, even what is broken."""

from __future__ import annotations

from msgspec import Struct, field

from ..config.settings import Environment
from ..console.text import one_line
from ..console.units import age, moment, size, stamp
from ..engine import journal as runs
from ..engine import lock
from ..engine import record as story
from ..ssh import paths
from ..ssh.host import Host
from ..ssh.shell import Answer
from ..tools.git import commits
from . import examine
from .examine import Examined


class Overview(Struct, kw_only=True):
    """One host on one screen: lines of (subject, text); `well` says whether nothing stands out."""

    host: str
    well: bool
    lines: list[tuple[str, str]] = field(default_factory=list)


def look(member: Host) -> Overview:
    """Return what stands where on one host; what cannot be read is said in its line."""
    environment = member.environment
    answers = member.ask({**examine.questions(environment), **questions(environment)})
    found = examine.read(environment, {n: answers[n] for n in examine.questions(environment)})
    return overview(member.address, environment, found, answers)


def half_done(c: Host) -> str:
    """Return the line about a run that stopped half-way; empty when there is none."""
    answer = c.ask({"lock": lock.show(paths.state(c.environment))})["lock"]
    if not answer.out.strip():
        return ""
    first, rest = _lock(answer)
    return lock.describe(first, rest) if first == "DEAD" else ""


def questions(environment: Environment) -> dict[str, str]:
    """Return the read-only commands about the past, beside those of `examine`."""
    folder = paths.state(environment)
    past = {f"past {name}": command for name, command in commits.questions(environment, 1).items()}
    return {**past, "lock": lock.show(folder), "runs": runs.every(folder, 1)}


def overview(address: str, environment: Environment, e: Examined, answers: dict[str, Answer]) -> Overview:
    """Return what stands where on one host."""
    lines = [
        ("code", _code(e)),
        ("good before", _good(answers)),
        ("containers", _containers(e)),
        *([("database", _database(environment, e))] if environment.database else []),
        ("health", ", ".join(_health(e)) or "no address configured"),
        ("errors", _errors(e)),
        ("settings", _settings(e)),
        ("engine", f"{e.seen.engine or _problem(e, 'engine')}; free: {_free(e)}"),
        ("last run", _run(answers["runs"])),
        *([("lock", lock.describe(*_lock(answers["lock"])))] if answers["lock"].out.strip() else []),
    ]
    return Overview(host=address, well=_well(e), lines=lines)


def _problem(e: Examined, name: str) -> str:
    return one_line(e.seen.problems.get(name, "no answer"))


def _health(e: Examined) -> list[str]:
    return [f"{r.url} {r.code or _problem(e, f'url {n}')}" for n, r in enumerate(e.seen.responses)]


def _code(e: Examined) -> str:
    if not e.seen.head:
        return _problem(e, "head")
    changed = f"; modified: {', '.join(e.seen.modified[:3])}" if e.seen.modified else ""
    return f"{e.seen.head[:12]} ({e.seen.subject}), {e.seen.branch or 'detached'}{changed}"


def _good(answers: dict[str, Answer]) -> str:
    past = commits.read_past({n.removeprefix("past "): a for n, a in answers.items() if n.startswith("past ")})
    if good := past.good():
        return f"{good.commit[:12]} (recorded as good, {good.task})"
    before = past.before()
    return f"{before[:12]} (deployed before the present one)" if before else "none known"


def _containers(e: Examined) -> str:
    if "containers" in e.seen.problems:
        return _problem(e, "containers")
    missing = [f"{s} has none" for s in e.services if not e.seen.of(s)]
    known = [f"{k.name} {k.status} {k.health}".strip() + _since(e, k) for k in e.seen.containers]
    return ", ".join([*known, *missing]) or "none"


def _since(e: Examined, k) -> str:
    if k.status not in ("running", "restarting"):
        return f" ({k.exit_code})"
    again = f", {k.restarts} restarts" if k.restarts else ""
    return f" {age(e.now - stamp(k.started))}{again}"


def _database(environment: Environment, e: Examined) -> str:
    if e.seen.revision is None:
        return _problem(e, "revision")
    if not environment.database.alembic:
        return f"{environment.database.name} answers"
    rows = ", ".join(e.seen.revision) or "no revision"
    if e.heads is None:
        return f"{rows}; the heads of HEAD cannot be read: {one_line(e.heads_problem)}"
    return f"{rows}, " + ("as HEAD needs it" if e.fits else f"but HEAD needs {', '.join(e.heads)}")


def _errors(e: Examined) -> str:
    loud = [f"{n.container} {len(n.times)}, the last: {n.last[:120]}" for n in e.errors if n.times]
    return "; ".join(loud) or "none since the start"


def _settings(e: Examined) -> str:
    if e.project.problem:
        return f"compose does not accept its files: {one_line(e.project.problem)}"
    changed = e.reconfigured()
    return f"changed since these were made: {', '.join(changed)}" if changed else "as the containers have them"


def _free(e: Examined) -> str:
    return ", ".join(f"{place} {size(free)}" for place, free in e.seen.free.items()) or "unknown"


def _run(answer: Answer) -> str:
    name, _, text = answer.out.strip().removeprefix("= ").partition("\n")
    journal = runs.read_journal(text)
    if not journal:
        return "none"
    return f"{name} ({journal[0].get('task', '?')}), {moment(journal[0].get('at'))}: {story.last_word(journal)}"


def _lock(answer: Answer) -> tuple[str, list[str]]:
    first, *rest = answer.out.strip().splitlines()
    return first, rest


def _well(e: Examined) -> bool:
    running = bool(e.services) and all(e.seen.of(s) and all(k.running for k in e.seen.of(s)) for s in e.services)
    fits = e.heads is None or e.fits
    return not e.seen.problems and not e.project.problem and running and e.seen.healthy and fits
