"""The containers: build, stop, start, restart, and what they really do afterwards."""

from __future__ import annotations

from ..core import compose
from ..core.compose import Built
from ..core.images import Target as Target
from ..core.images import keep_step as keep_step
from ..core.images import look_at as look_at
from ..core.images import prepare_step as prepare_step
from ..core.plan import Step
from ..core.settings import Environment
from ..core.shell import join, quote


def stop(environment: Environment, services: list[str]) -> str:
    """Return the script that stops `services` side by side and proves that none runs.

    The containers' last log lines are kept in the run's folder first.
    """
    running = compose.containers(*services, everything=False)
    return "\n".join(
        [
            'run=$PWD; mkdir -p "$run/evidence"',
            compose.in_app(
                environment,
                f"for c in $({compose.containers(*services)}); do",
                "n=$(docker inspect -f '{{.Name}}' $c); docker logs --tail 5000 $c"
                ' > "$run/evidence/${n#/}.log" 2>&1 & done; wait',
                f"ids=$({running})",
                f'[ -z "$ids" ] || docker stop -t {environment.compose.grace} $ids >/dev/null',
                f"left=$({running})",
                '[ -z "$left" ] || { echo "still running: $left" >&2; exit 1; }',
            ),
        ]
    )


def start(environment: Environment, images: list[Built], sha: str, services: list[str] = ()) -> str:
    """Return the script that starts `services` (all without) from the kept images of commit `sha`."""
    tags = [join("docker", "tag", i.retained(sha), i.live) for i in images]
    return compose.in_app(
        environment,
        *tags,
        f"compose up -d --no-build {join(*services)}",
        *(_runs(i.service, i.retained(sha)) for i in images),
    )


def _runs(service: str, image: str) -> str:
    problem = quote(f"{service} does not run {image}")
    return (
        f"want=$(docker image inspect -f '{{{{.Id}}}}' {quote(image)}); ids=$({compose.containers(service)})\n"
        f'[ -n "$ids" ] || {{ echo {problem} >&2; exit 1; }}\n'
        f'for c in $ids; do [ "$(docker inspect -f \'{{{{.Image}}}}\' $c)" = "$want" ]'
        f" || {{ echo {problem} >&2; exit 1; }}; done"
    )


def stop_step(environment: Environment, services: list[str]) -> Step:
    """Return the runbook's "Stop All Services", the database left up."""
    return Step(
        name="stop",
        title=f"Stop {', '.join(services)}",
        script=stop(environment, services),
        commands=(f"docker stop -t {environment.compose.grace} {' '.join(services)}",),
        outage=True,
        back="fab containers.start",
        timeout=environment.compose.grace + 120,
    )


def start_step(environment: Environment, images: list[Built], target) -> Step:
    """Return the runbook's "Start All Services", from the images of `target`."""
    return Step(
        name="start",
        title=f"Start all services from the images of {target.title}",
        script=start(environment, images, target.sha),
        commands=("docker-compose up -d --no-build",),
        outage=True,
        timeout=600,
    )
