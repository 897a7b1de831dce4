"""The steps that stop, start, restart, replace and build containers, as plans hold them."""

from __future__ import annotations

from ...config.settings import Environment
from ...engine.plan import Step
from ...preflight.service_choice import Chosen
from ...tools.compose import services
from ...tools.compose.compose import Built


def stop_step(environment: Environment, stopped: list[str]) -> Step:
    """Return the runbook's "Stop All Services", the database last if it is among them."""
    return Step(
        name="stop",
        effects=("stops",),
        title=f"Stop {', '.join(stopped)}",
        script=services.stop(environment, stopped),
        commands=(f"docker stop -t {environment.compose.grace} {' '.join(stopped)}",),
        outage=True,
        until=("start", "wake"),
        back="fab containers.start",
        timeout=2 * environment.compose.grace + 120,
    )


def start_step(environment: Environment, images: list[Built], target, started: list[str] = ()) -> Step:
    """Return the runbook's "Start All Services" (or those `started`), from the images of `target`."""
    return Step(
        name="start",
        effects=("starts",),
        title=f"Start {', '.join(started) or 'all services'} from the images of {target.title}",
        script=services.start(environment, images, target.sha, started),
        commands=(" ".join(["docker-compose up -d --no-build", *started]),),
        outage=True,
        timeout=600,
    )


def up_step(environment: Environment, chosen: Chosen) -> Step:
    """Return the step that starts the containers as they are, and makes new ones only where there are none."""
    flags = ["--no-recreate"]
    return Step(
        name="start",
        effects=("starts",),
        title=f"Start {chosen.title}",
        script=services.start_missing(environment, chosen.named_services),
        commands=(" ".join(["docker-compose up -d --no-build", *flags, *chosen.named_services]),),
        timeout=900,
    )


def restart_step(environment: Environment, restarted: list[str]) -> Step:
    """Return the runbook's "Container Rollback (Quick Restart)"."""
    return Step(
        name="restart",
        effects=("stops", "starts"),
        title=f"Restart {', '.join(restarted)}",
        script=services.restart(environment, restarted),
        commands=(f"docker restart -t {environment.compose.grace} {' '.join(restarted)}",),
        outage=True,
        timeout=2 * environment.compose.grace + 240,
    )


def recreate_step(environment: Environment, chosen: Chosen) -> Step:
    """Return the step that makes the containers anew, with the environment and settings as they are now."""
    flags = ["--force-recreate", *(["--no-deps"] if chosen.named else [])]
    return Step(
        name="recreate",
        effects=("stops", "starts"),
        title=f"Make the containers of {chosen.title} anew",
        script=services.recreate(environment, chosen.named_services, chosen.images),
        commands=(" ".join(["docker-compose up -d --no-build", *flags, *chosen.named_services]),),
        outage=True,
        timeout=900,
    )


def down_step(environment: Environment, chosen: Chosen) -> Step:
    """Return the runbook's `down`; where a volume has no name the containers are only stopped, so that it stays."""
    stay = bool(chosen.unnamed)
    why = f" (not down: {', '.join(chosen.unnamed)} has no named volume)" if stay else ""
    return Step(
        name="down",
        effects=("stops",),
        title=f"Take all containers down{why}",
        script=services.take_down(environment, stay),
        commands=(f"docker-compose {'stop' if stay else 'down'} -t {environment.compose.grace}",),
        outage=True,
        back="fab containers.start",
        timeout=5 * environment.compose.grace + 180,
    )


def build_step(environment: Environment, images: list[Built], *flags: str) -> Step:
    """Return the step that builds `images` from the checkout, before anything is stopped."""
    return Step(
        name="build",
        title=f"Build {', '.join(i.live for i in images)}",
        script=services.build(environment, images, *flags),
        commands=(" ".join(["docker-compose build", *flags, *(i.service for i in images)]),),
        preparation=True,
        timeout=3600,
    )


def wake_step(environment: Environment, stopped: list[str]) -> Step:
    """Return the step that starts the containers again which a run stopped, as they were."""
    return Step(
        name="wake",
        effects=("starts",),
        title=f"Start {', '.join(stopped)} again",
        script=services.start_existing(environment, stopped),
        commands=(f"docker start {' '.join(stopped)}",),
        outage=True,
        timeout=300,
    )
