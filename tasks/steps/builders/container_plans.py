"""What plans on the containers that an operator named are made of."""

from __future__ import annotations

from ...console.errors import Refused
from ...engine.plan import Expectation, Plan, Step
from ...preflight import service_choice as choice
from ...preflight.service_choice import Chosen
from ...preflight.state import Container
from ...tools.compose import inspect
from ...tools.compose.compose import Built
from ...tools.compose.images import keep_step
from .containers import build_step, down_step, recreate_step, restart_step

NOT_READ_AGAIN = "a restart does not read changed environment or compose settings again; --recreate does"


def restart(c, name: str, service: str | None, recreate: bool, healthy: bool | None = None) -> Plan:
    """Return the plan of a restart, called `name`.

    `healthy`: the health addresses must answer afterwards; None: if they did before.
    """
    chosen = choice.choose(c, service, files=recreate)
    missing = [s for s in chosen.lasting if s not in chosen.existing]
    if not chosen.existing and not recreate:
        raise Refused(
            f"{c.address}: {chosen.title}: there is no container. Nothing was changed. Next: {start_command(chosen)}"
        )
    steps = [restart_step(c.environment, chosen.existing)]
    if recreate:
        steps = [*keep(c, chosen, chosen.services), recreate_step(c.environment, chosen)]
    return Plan(
        task=name,
        purpose=f"{'make anew' if recreate else 'restart'} {chosen.title}",
        steps=steps,
        expect=Expectation(
            services=chosen.lasting if recreate else [s for s in chosen.lasting if s in chosen.existing],
            images=chosen.images if recreate else {},
            healthy=chosen.seen.healthy if healthy is None else healthy,
        ),
        facts=[] if recreate else [NOT_READ_AGAIN],
        warnings=[f"{', '.join(missing)}: no container: fab containers.start"] if missing and not recreate else [],
    )


def start_command(chosen: Chosen) -> str:
    """Return the command that starts what was chosen."""
    return f"fab containers.start{chosen.option}"


def keep(c, chosen: Chosen, kept: list[str]) -> list[Step]:
    """Return the step that keeps the images of the services `kept`, where they are built here."""
    images = chosen.project.builders([s for s in kept if s in chosen.project.services])
    return [keep_step(c.environment, images, chosen.seen.head)] if images and chosen.seen.containers else []


def refuse_missing_images(c, chosen: Chosen) -> None:
    """Raise Refused where a service has neither a container nor the image to make one of."""
    names = {s: name for s, name in chosen.images.items() if s not in chosen.existing}
    ids = c.ask(inspect.image_ids(names)) if names else {}
    absent = [s for s in names if not ids.get(s)]
    if absent:
        raise Refused(
            f"{c.address}: {', '.join(absent)}: no image is built. Nothing was changed. "
            f"Next: fab containers.rebuild --service {absent[0]}"
        )


def to_build(chosen: Chosen) -> list[Built]:
    """Return what has to be built: with a named service, all that shares its image; or raise Refused."""
    if not chosen.named:
        images = chosen.project.built
    else:
        images = chosen.project.builders(chosen.project.sharing(chosen.services[0]))
    if not images:
        raise Refused(
            f"{chosen.title}: nothing is built here; the image comes from elsewhere. Nothing was changed. "
            f"Next: fab containers.restart{chosen.option} --recreate"
        )
    return images


def rebuild_steps(c, chosen: Chosen, images: list[Built]) -> list[Step]:
    """Return the steps of a rebuild: one service without cache, or all, taken down between build and start."""
    if chosen.named:
        return [build_step(c.environment, images, "--no-cache"), recreate_step(c.environment, chosen)]
    return [build_step(c.environment, images), down_step(c.environment, chosen), recreate_step(c.environment, chosen)]


def row(k: Container) -> tuple:
    """Return the line of a table about one container."""
    how = f"{k.status} {k.health}".strip() + (f" ({k.exit_code})" if k.status == "exited" else "")
    return (k.service, k.name, how, k.started[:19].replace("T", " "), k.restarts, k.image_name)
