"""What a person would check on a deployment, as a table: what was looked at, what was found, whether it is right."""

from __future__ import annotations

from ..config.settings import Environment
from ..console.text import one_line
from ..console.units import stamp
from ..engine.plan import Expectation
from ..ssh.host import Host
from . import proof
from .errorlog import MINUTES
from .examine import Examined, examine
from .proof import Check

YOUNG = 30  # seconds after its start within which a container may still be on its way


def checks(environment: Environment, e: Examined, commit: str | None = None, primary: bool = True) -> list[Check]:
    """Return everything looked at on one host; `commit` (a full hash) is where HEAD has to be, if anywhere."""
    return [
        _engine(e),
        *_containers(e),
        _head(environment, e, commit),
        *_images(e),
        *([_database(environment, e), *_revision(environment, e)] if primary and environment.database else []),
        *(Check("health", r.url, str(r.code or "no answer"), r.code == 200) for r in e.seen.responses),
        *_noise(e),
    ]


def look(member: Host, commit: str | None = None) -> list[Check]:
    """Return what was found on one host; containers on their way up are waited for first."""
    found = examine(member)
    not_ready: list[Check] = []
    if young(found):
        ready = proof.wait(member, Expectation(services=found.services, healthy=True))
        not_ready = proof.not_ready(ready)
        found = examine(member)
    return [*checks(member.environment, found, commit, member is member.fleet[0]), *not_ready]


def summary(wrong: list[Check]) -> str:
    """Return what is wrong, in one line."""
    return "; ".join(f"{check.looked_at}: {check.found}" for check in wrong)[:600]


def young(e: Examined) -> bool:
    """Whether a container started so recently that the deployment may still be on its way up."""
    starts = [k.started for k in e.seen.containers if k.status in ("running", "restarting")]
    return any(e.now - stamp(start) < YOUNG for start in starts)


def _problem(e: Examined, name: str, otherwise: str = "no answer") -> str:
    return one_line(e.seen.problems.get(name, otherwise))


def _engine(e: Examined) -> Check:
    return Check("engine", "docker version", e.seen.engine or _problem(e, "engine"), bool(e.seen.engine))


def _containers(e: Examined) -> list[Check]:
    if "containers" in e.seen.problems:
        return [Check("running", "the project's containers", _problem(e, "containers"), False)]
    found = [proof.service_runs(service, e.seen) for service in e.services]
    if e.project.problem:
        found.append(Check("compose", "docker-compose config", one_line(e.project.problem), False))
    return found or [Check("running", "the project's containers", "none", False)]


def _head(environment: Environment, e: Examined, commit: str | None) -> Check:
    if not e.seen.head:
        return Check("commit", "git HEAD", _problem(e, "head"), False)
    where = e.seen.branch or "detached"
    changed = f"; {len(e.seen.modified)} files modified" if e.seen.modified else ""
    looked_at = f"git HEAD, should be {commit[:12]}" if commit else "git HEAD"
    found = f"{e.seen.head[:12]} ({e.seen.subject}), {where}{changed}"
    return Check("commit", looked_at, found, commit in (None, e.seen.head))


def _images(e: Examined) -> list[Check]:
    """Say whether the images are those of HEAD, where a label or a tag tells."""
    found, behind = [], e.left_behind()
    for k in e.seen.containers:
        origin = e.origins.get(k.name)
        if origin and origin.commits:
            known = origin.of(e.seen.head)
            text = f"of {e.seen.head[:12]}" if known else f"of {', '.join(n[:12] for n in origin.commits)}, not of HEAD"
            found.append(Check("image", f"the image {k.name} runs", text, k.name not in behind))
    return found


def _database(environment: Environment, e: Examined) -> Check:
    ok = e.seen.revision is not None
    looked_at = f"psql, database {environment.database.name}"
    return Check("database", looked_at, "answers" if ok else _problem(e, "revision"), ok)


def _revision(environment: Environment, e: Examined) -> list[Check]:
    if not environment.database.alembic:
        return []
    heads = ", ".join(e.heads or []) or "none"
    looked_at = f"the alembic table, heads of HEAD: {heads}"
    if e.heads is None:
        return [Check("revision", "the migrations of HEAD", one_line(e.heads_problem), False)]
    found = "unreadable" if e.seen.revision is None else ", ".join(e.seen.revision) or "no revision"
    return [Check("revision", looked_at, found, e.fits)]


def _noise(e: Examined) -> list[Check]:
    if not e.noise:
        return []
    loud = [n for n in e.errors if n.times]
    looked_at = f"logs since the start, at most {MINUTES} min"
    if not loud:
        return [Check("logs", f"{looked_at}: {len(e.noise)} containers", "no error", True)]
    return [Check("logs", f"{looked_at}: {n.container}", _described(n), not n.burst) for n in loud]


def _described(noise) -> str:
    burst = f", {noise.burst} of them within a minute" if noise.burst else ""
    return f"{len(noise.times)} errors{burst}; the last: {noise.last[:160]}"
