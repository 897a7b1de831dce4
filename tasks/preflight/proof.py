"""Whether the world is what a plan promised: read again from the host, never from an exit code."""

from __future__ import annotations

from msgspec import Struct

from ..engine.plan import Expectation
from ..ssh.host import Host
from ..ssh.shell import quote
from ..tools.compose import readiness
from ..tools.compose.readiness import Readiness
from . import state


class Check(Struct, frozen=True):
    """One thing looked at: what was seen, and whether it is right."""

    name: str
    looked_at: str
    found: str
    ok: bool


def wait(host: Host, expect: Expectation) -> Readiness:
    """Wait until the expected services are ready and, where wanted, every health address answers 200."""
    environment = host.environment
    urls = environment.health.urls if expect.healthy else []
    if not (expect.services or urls):
        return Readiness("ready", None, [])
    script = readiness.wait(environment, expect.services, urls)
    return readiness.read(host.sh(script, timeout=environment.health.timeout + 30, check=False).stdout)


def not_ready(found: Readiness) -> list[Check]:
    """Return what is not ready, with the last word of each container."""
    return [
        Check("steady", t.container, f"{t.how}{'; last line: ' + t.lines[-1] if t.lines else ''}", False)
        for t in found.not_ready
        if t.container != "-"
    ]


def verify(host: Host, expect: Expectation) -> list[Check]:
    """Read the host again, in one round trip, and return what was found of the expectation."""
    questions = {**state.questions(host.environment), "images": image_ids(expect.images)}
    answers = host.ask(questions)
    ids = dict(line.split(" ", 1) for line in answers.pop("images").out.strip().splitlines())
    return check(expect, state.read(host.environment, answers), ids, host is host.fleet[0])


def check(expect: Expectation, seen: state.State, ids: dict[str, str], primary: bool = True) -> list[Check]:
    """Return what was looked at and found, for every part of the expectation."""
    checks = []
    if expect.commit:
        checks.append(Check("commit", "git HEAD", seen.head[:12] or "unreadable", seen.head == expect.commit))
    for service in expect.services:
        checks.append(service_runs(service, seen))
    for service, name in expect.images.items():
        checks += _images(service, name, ids.get(service, ""), seen)
    for service in expect.stopped:
        running = [c.name for c in seen.of(service) if c.status == "running"]
        checks.append(Check("stopped", f"containers of {service}", ", ".join(running) or "none", not running))
    if expect.revision is not None and primary:
        found = "unreadable" if seen.revision is None else ", ".join(seen.revision) or "none"
        checks.append(Check("revision", "the alembic table", found, _is_at(seen.revision, expect)))
    if expect.healthy:
        checks += [Check("health", r.url, str(r.code or "no answer"), r.code == 200) for r in seen.responses]
    return checks


def _is_at(rows: list[str] | None, expect: Expectation) -> bool:
    return rows is not None and set(expect.revision) == set(rows).difference(expect.redundant)


def service_runs(service: str, seen: state.State) -> Check:
    """Return whether a service has containers, and all of them run and are healthy."""
    own = seen.of(service)
    found = ", ".join(f"{c.name} {c.status}{' ' + c.health if c.health else ''}" for c in own)
    good = bool(own) and all(c.running for c in own)
    return Check("running", f"containers of {service}", found or "none", good)


def _images(service: str, name: str, wanted: str, seen: state.State) -> list[Check]:
    own = seen.of(service)
    if not own or not wanted:
        return [Check("image", name, f"{service}: no {'image' if own else 'container'}", False)]
    return [Check("image", f"{c.name}, should run {name}", c.image[7:19], c.image == wanted) for c in own]


def image_ids(names: dict[str, str]) -> str:
    """Return a command that prints `service id` for image names by service."""
    lines = [
        f"printf '%s %s\\n' {quote(s)} \"$(docker image inspect -f '{{{{.Id}}}}' {quote(n)} 2>/dev/null)\""
        for s, n in names.items()
    ]
    return "\n".join(lines) or ":"
