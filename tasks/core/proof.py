"""Whether the world is what a plan promised: read again from the host, never from an exit code."""

from __future__ import annotations

from msgspec import Struct

from . import compose, state
from .host import Host
from .plan import Expectation
from .shell import quote


class Check(Struct, frozen=True):
    """One thing looked at: what was seen, and whether it is right."""

    name: str
    looked_at: str
    found: str
    ok: bool


def wait_healthy(host: Host) -> str:
    """Return a script that waits until every health address answers 200 or the time is over.

    It prints the host's clock (seconds) at the first moment when all of them did.
    """
    health = host.environment.health
    asks = " && ".join(f'[ "$({state.fetch(url, 2)})" = 200 ]' for url in health.urls) or ":"
    return (
        f"end=$(( $(date +%s) + {health.timeout} )); pause=0.05\n"
        f"until {asks}; do\n"
        '[ "$(date +%s)" -lt "$end" ] || exit 1; sleep $pause; [ $pause = 0.05 ] && pause=0.2\n'
        "done; date +%s.%N"
    )


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
        checks.append(_running(service, seen))
    for service, name in expect.images.items():
        checks += _images(service, name, ids.get(service, ""), seen)
    for service in expect.stopped:
        running = [c.name for c in seen.of(service) if c.status == "running"]
        checks.append(Check("stopped", f"containers of {service}", ", ".join(running) or "none", not running))
    if expect.revision is not None and primary:
        found = "unreadable" if seen.revision is None else ", ".join(seen.revision) or "none"
        checks.append(Check("revision", "the alembic table", found, seen.revision == sorted(expect.revision)))
    if expect.healthy:
        checks += [Check("health", r.url, str(r.code or "no answer"), r.code == 200) for r in seen.responses]
    return checks


def _running(service: str, seen: state.State) -> Check:
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


def logs_of_failed(host: Host, services: list[str], lines: int = 5) -> str:
    """Return a script that prints the last log lines of containers that do not run."""
    return compose.in_app(
        host.environment,
        f"for c in $({compose.containers(*services)}); do",
        "[ \"$(docker inspect -f '{{.State.Running}}{{.State.Restarting}}' $c)\" = truefalse ] ||",
        f"docker logs --tail {lines} $c 2>&1; done",
    )
