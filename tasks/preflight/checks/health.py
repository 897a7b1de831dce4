"""Whether a deployment is well: each fact of it is judged here, for a run's proof, verify, status and diagnose."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from msgspec import structs

from ...console.commands import HOSTS_FILE
from ...console.text import one_line
from ...engine.world import Check
from ...tools.compose.inspect import Container
from ...tools.compose.readiness import NotReady
from ..present.state import State
from .errorlog import BURST, MINUTES, Noise
from .examine import Examined

LONGEST = 600  # characters of a summary
ELSEWHERE = ("no answer", "3", "4")  # how an answer begins where something else may have been asked
SUSPECTED = f"all else is as it should be: is this address in {HOSTS_FILE} right?"


def wrong(checks: Iterable[Check]) -> list[Check]:
    """Return what is not as it should be."""
    return [check for check in checks if not check.ok]


def summary(checks: Iterable[Check]) -> str:
    """Return what is not as it should be, in one line."""
    return "; ".join(check.line for check in wrong(checks))[:LONGEST]


def problem(seen: State, name: str) -> str:
    """Return why a part of the state could not be read, in one line."""
    return one_line(seen.problems.get(name, "no answer"))


def condition(container: Container) -> str:
    """Return a container's name, and how it is."""
    return f"{container.name} {container.status} {container.health}".rstrip()


def engine(seen: State) -> Check:
    """Return whether the Docker engine answers."""
    return Check("engine", "docker version", seen.engine or problem(seen, "engine"), bool(seen.engine))


def runs(service: str, seen: State, count: int = 1) -> Check:
    """Return whether a service has at least `count` containers, and all of them run and are healthy."""
    own = seen.of(service)
    found = (", ".join(map(condition, own)) or "none") + (f"; should be {count}" if len(own) < count != 1 else "")
    return Check("running", f"containers of {service}", found, len(own) >= count and all(c.running for c in own))


def stopped(service: str, seen: State) -> Check:
    """Return whether no container of a service runs."""
    running = [c.name for c in seen.of(service) if c.status == "running"]
    return Check("stopped", f"containers of {service}", ", ".join(running) or "none", not running)


def not_running(seen: State) -> list[Check]:
    """Return each container that does not run, or is not healthy; a job that ended well is, while others run."""
    wrong = [c for c in seen.containers if not c.running and not (c.ended and seen.up)]
    return [down(c) for c in wrong]


def down(container: Container, more: str = "") -> Check:
    """Return how a container is that is not well, and `more` of it."""
    return Check("running", container.name, f"{container.status} {container.health}".rstrip() + more, False)


def answers(seen: State) -> list[Check]:
    """Return whether each health address answers as it should."""
    return [Check("health", r.url, r.found, r.ok) for r in seen.responses]


def suspecting(checks: Sequence[Check]) -> list[Check]:
    """Return `checks`; one address that alone is wrong is asked about, unless the application says so itself."""
    bad = wrong(checks)
    others = any(check.ok and check.name in ("running", "health") for check in checks)
    if len(bad) != 1 or bad[0].name != "health" or not others or not bad[0].found.startswith(ELSEWHERE):
        return list(checks)
    return [check if check.ok else structs.replace(check, found=f"{check.found}; {SUSPECTED}") for check in checks]


def steady(not_ready: Iterable[NotReady]) -> list[Check]:
    """Return each container that did not come to rest, with the last word of its log."""
    return [
        Check("steady", one.container, f"{one.how}{'; last line: ' + one.lines[-1] if one.lines else ''}", False)
        for one in not_ready
        if one.container != "-"
    ]


def has_images(service: str, name: str, image: str, seen: State) -> list[Check]:
    """Return whether the containers of a service run `image`, the id that is called `name`."""
    own = seen.of(service)
    if not own or not image:
        return [Check("image", name, f"{service}: no {'image' if own else 'container'}", False)]
    return [Check("image", f"{c.name}, should run {name}", c.image[7:19], c.image == image) for c in own]


def is_at_revision(heads: Collection[str], implied: Collection[str], seen: State) -> Check:
    """Return whether the database is at `heads`; those that they imply may stand there as well."""
    rows = seen.revision
    found = "unreadable" if rows is None else ", ".join(rows) or "none"
    ok = rows is not None and set(heads) == set(rows).difference(implied)
    return Check("revision", "the alembic table", found, ok)


def containers(e: Examined) -> list[Check]:
    """Return whether all services that have to run do, and whether compose accepts its files."""
    if "containers" in e.seen.problems:
        return [Check("running", "the project's containers", problem(e.seen, "containers"), False)]
    found = [runs(service, e.seen) for service in e.services]
    if e.project.problem:
        found.append(Check("compose", "docker-compose config", one_line(e.project.problem), False))
    return found or [Check("running", "the project's containers", "none", False)]


def head(seen: State, commit: str | None = None) -> Check:
    """Return where HEAD is, and whether that is `commit` (a full hash), if it has to be anywhere."""
    if not seen.head:
        return Check("commit", "git HEAD", problem(seen, "head"), False)
    changed = f"; {len(seen.modified)} files modified" if seen.modified else ""
    looked_at = f"git HEAD, should be {commit[:12]}" if commit else "git HEAD"
    found = f"{seen.head[:12]} ({seen.subject}), {seen.branch or 'detached'}{changed}"
    return Check("commit", looked_at, found, commit in (None, seen.head))


def images(e: Examined) -> list[Check]:
    """Return whether the images are those of HEAD, where a label or a tag tells."""
    behind, found = e.left_behind(), []
    for container in e.seen.containers:
        origin = e.origins.get(container.name)
        if origin and origin.commits:
            others = ", ".join(name[:12] for name in origin.commits)
            left = f"of {others}, not of HEAD{'' if container.name in behind else ', for which others were made anew'}"
            text = f"of {e.seen.head[:12]}" if origin.of(e.seen.head) else left
            found.append(Check("image", f"the image {container.name} runs", text, container.name not in behind))
    return found


def database(name: str, e: Examined) -> Check:
    """Return whether the database called `name` answers."""
    ok = e.seen.revision is not None
    return Check("database", f"psql, database {name}", "answers" if ok else problem(e.seen, "revision"), ok)


def revision(e: Examined) -> Check:
    """Return whether the database is where the code of HEAD needs it."""
    if e.heads is None:
        return Check("revision", "the migrations of HEAD", one_line(e.heads_problem), False)
    found = "unreadable" if e.seen.revision is None else ", ".join(e.seen.revision) or "no revision"
    return Check("revision", f"the alembic table, heads of HEAD: {', '.join(e.heads) or 'none'}", found, e.fits)


def crashes(e: Examined) -> list[Check]:
    """Return each container that ends again and again: how often it was started anew, and what its log says last.

    Whether it runs at this moment says nothing of that.
    """
    last = {noise.container: noise.last for noise in e.noise if noise.last}
    said = {k.name: last.get(k.name, "its log names no error") for k in e.crashing}
    return [Check("crashes", k.name, f"started again {k.restarts} times; {said[k.name]}", False) for k in e.crashing]


def logs(e: Examined) -> list[Check]:
    """Return whether the logs hold no burst of errors since the newest start."""
    if not e.noise:
        return []
    loud = [noise for noise in e.errors if noise.times]
    looked_at = f"logs since the start, at most {MINUTES} min"
    if not loud:
        return [Check("logs", f"{looked_at}: {len(e.noise)} containers", "no error", True)]
    return [Check("logs", f"{looked_at}: {noise.container}", _described(noise), not noise.burst) for noise in loud]


def _described(noise: Noise) -> str:
    burst = f", {noise.burst} of them within a minute" if noise.burst else f", never {BURST} within a minute"
    count = len(noise.times)
    return f"{count} {'error' if count == 1 else 'errors'}{burst}; the last: {noise.last[:160]}"
