"""Whether the world is what a plan promised: read again from the host, never from an exit code."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from ...engine.plan import Expectation
from ...engine.world import Check
from ...ssh.host import Host
from ...tools.compose import inspect, readiness
from ...tools.compose.readiness import NotReady
from ..present import state
from ..present.state import State
from . import health

ILL_BEFORE = "not healthy before either"


def here(host: Host, expect: Expectation) -> Expectation:
    """Return what is expected of one host: nothing of the services that only others run."""
    others = host.environment.elsewhere
    if not others:
        return expect
    return replace(
        expect,
        images={service: name for service, name in expect.images.items() if service not in others},
        services=[service for service in expect.services if service not in others],
        stopped=[service for service in expect.stopped if service not in others],
    )


def wait(host: Host, expect: Expectation) -> list[NotReady]:
    """Wait until the expected services are ready and all wanted addresses answer right; return what is in the way."""
    environment, expect = host.environment, here(host, expect)
    addresses = environment.health.addresses if expect.healthy else []
    if not (expect.services or addresses):
        return []
    script = readiness.wait(environment, expect.services, addresses, expect.replicas)
    return readiness.read(host.sh(script, timeout=environment.health.timeout + 30, check=False).stdout)


def look(host: Host, expect: Expectation) -> tuple[list[Check], list[Check]]:
    """Read the host again, in one round trip; return what was found of the expectation, and what it left out."""
    expect = here(host, expect)
    seen, ids = host.ask(state.probe(host.environment), inspect.image_ids(expect.images))
    return check(expect, seen, ids, host is host.fleet[0]), left_out(expect, seen)


def left_out(expect: Expectation, seen: State) -> list[Check]:
    """Return what is not well and was not required: health, and containers of services that did not run before either.

    Nothing, where services are stopped, or none is looked at: then nothing was said of the application. Other
    containers count where more was promised than that some run.
    """
    if expect.stopped or not expect.services:
        return []
    unwell = [] if expect.healthy else [_unwell(check, expect) for check in health.wrong(health.answers(seen))]
    whole = expect.commit or expect.revision is not None or expect.healthy
    others = [k for k in seen.containers if k.service not in expect.services and not (k.ended and seen.up) and whole]
    restarts = {k.name: f", started again {k.restarts} times" if k.restarts else "" for k in others}
    others = [k for k in others if k.restarts or not k.running]
    return [*unwell, *(health.down(k, restarts[k.name]) for k in sorted(others, key=lambda k: not k.restarts))]


def _unwell(check: Check, expect: Expectation) -> Check:
    return replace(check, found=f"{check.found}; {ILL_BEFORE}") if expect.ill_before else check


def check(expect: Expectation, seen: State, ids: Mapping[str, str], primary: bool = True) -> list[Check]:
    """Return what was looked at and found, for every part of the expectation; `ids` are its images' by service."""
    images = (health.has_images(service, name, ids.get(service, ""), seen) for service, name in expect.images.items())
    moved = primary and expect.revision is not None
    return [
        *([health.head(seen, expect.commit)] if expect.commit else []),
        *(health.runs(service, seen, expect.replicas.get(service, 1)) for service in expect.services),
        *(one for found in images for one in found),
        *(health.stopped(service, seen) for service in expect.stopped),
        *([health.is_at_revision(expect.revision or [], expect.implied, seen)] if moved else []),
        *(health.answers(seen) if expect.healthy else []),
    ]
