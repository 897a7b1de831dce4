"""The containers: stop, start, restart, rebuild and build them, and what they really do afterwards."""

from __future__ import annotations

from ..core import console
from ..core.checks import proof
from ..core.containers import choice, compose, pruning, services
from ..core.containers.choice import Chosen
from ..core.containers.compose import Built
from ..core.containers.images import Target as Target
from ..core.containers.images import keep_step as keep_step
from ..core.containers.images import look_at as look_at
from ..core.containers.images import prepare_step as prepare_step
from ..core.containers.steps import build_step, down_step, recreate_step, restart_step
from ..core.containers.steps import start_step as start_step
from ..core.containers.steps import stop_step as stop_step
from ..core.containers.steps import wake_step as wake_step
from ..core.errors import Failed, Refused
from ..core.journal import ledger
from ..core.plan import Expectation, Plan, Step
from ..core.state import Container
from ..core.task import change, task

NOT_READ_AGAIN = "a restart does not read changed environment or compose settings again; --recreate does"


def restart_plan(c, name: str, service: str | None, recreate: bool, healthy: bool | None = None) -> Plan:
    """Return the plan of a restart, called `name`.

    `healthy`: the health addresses must answer afterwards; None: if they did before.
    """
    chosen = choice.choose(c, service, files=recreate)
    missing = [s for s in chosen.lasting if s not in chosen.existing]
    if not chosen.existing and not recreate:
        raise Refused(
            f"{c.address}: {chosen.title}: there is no container. Nothing was changed. Next: {_start(chosen)}"
        )
    steps = [restart_step(c.environment, chosen.existing)]
    if recreate:
        steps = [*_keep(c, chosen, chosen.services), recreate_step(c.environment, chosen)]
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


def _start(chosen: Chosen) -> str:
    return f"fab containers.start{chosen.option}"


def _keep(c, chosen: Chosen, kept: list[str]) -> list[Step]:
    """Return the step that keeps the images of the services `kept`, where they are built here."""
    images = chosen.project.builders([s for s in kept if s in chosen.project.services])
    return [keep_step(c.environment, images, chosen.seen.head)] if images and chosen.seen.containers else []


@change
def stop(c, service=None):
    """Stop all services, or one, as the runbook's "Stop All Services"."""
    chosen = choice.choose(c, service, files=False)
    named = chosen.services if service else sorted({k.service for k in chosen.seen.containers})
    if not any(k.status in ("running", "restarting", "paused") for k in chosen.seen.of(*named)) and len(c.fleet) == 1:
        console.say(f"{chosen.title}: nothing runs already.")
        return None
    return Plan(
        task="containers.stop",
        purpose=f"stop {chosen.title}",
        steps=[stop_step(c.environment, named)],
        expect=Expectation(stopped=named),
        back=_start(chosen),
    )


@change
def start(c, service=None):
    """Start all services, or one: the containers as they are, new ones only where there are none."""
    chosen = choice.choose(c, service)
    _refuse_missing_images(c, chosen)
    flags = ["--no-recreate"]
    script = services.up(c.environment, chosen.named_services, *flags)
    step = Step(
        name="start",
        title=f"Start {chosen.title}",
        script=compose.in_app(c.environment, script),
        commands=(" ".join(["docker-compose up -d --no-build", *flags, *chosen.named_services]),),
        timeout=900,
    )
    return Plan(
        task="containers.start",
        purpose=f"start {chosen.title}",
        steps=[step],
        expect=Expectation(services=chosen.lasting),
        back=f"fab containers.stop{chosen.option}",
    )


def _refuse_missing_images(c, chosen: Chosen) -> None:
    names = {s: name for s, name in chosen.images.items() if s not in chosen.existing}
    ids = c.ask({"images": proof.image_ids(names)})["images"].out if names else ""
    absent = [s for s in names if f"{s} sha256:" not in ids]
    if absent:
        raise Refused(
            f"{c.address}: {', '.join(absent)}: no image is built. Nothing was changed. "
            f"Next: fab containers.rebuild --service {absent[0]}"
        )


@change
def restart(c, service=None, recreate=False):
    """Restart all containers, or one service's, as the runbook's "Container Rollback (Quick Restart)"."""
    return restart_plan(c, "containers.restart", service, recreate)


@change
def build(c, service=None):
    """Build the images from the checkout as it is, without starting them."""
    chosen = choice.choose(c, service)
    images = _to_build(chosen)
    return Plan(
        task="containers.build",
        purpose=f"build {', '.join(i.live for i in images)} from {chosen.seen.head[:12]}; what runs goes on",
        steps=[*_keep(c, chosen, [i.service for i in images]), build_step(c.environment, images)],
    )


@change
def rebuild(c, service=None):
    """Rebuild and restart one service without cache, or all: the runbook's "Full Container Rebuild"."""
    chosen = choice.choose(c, service)
    images = _to_build(chosen)
    if service:
        chosen.services = sorted({s for b in images for s in chosen.project.sharing(b.service)})
    return Plan(
        task="containers.rebuild",
        purpose=f"rebuild {chosen.title} from {chosen.seen.head[:12]}",
        steps=[*_keep(c, chosen, chosen.services), *_rebuild_steps(c, chosen, images)],
        expect=Expectation(services=chosen.lasting, images=chosen.images, healthy=chosen.seen.healthy),
        back=f"fab code-rollback --commit {chosen.seen.head[:12]} (the images that run now are kept)",
    )


def _to_build(chosen: Chosen) -> list[Built]:
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


def _rebuild_steps(c, chosen: Chosen, images: list[Built]) -> list[Step]:
    if chosen.named:
        return [build_step(c.environment, images, "--no-cache"), recreate_step(c.environment, chosen)]
    return [build_step(c.environment, images), down_step(c.environment, chosen), recreate_step(c.environment, chosen)]


@change
def prune(c, keep="3"):
    """Remove kept images but the newest and all that run; other projects' images are not touched."""
    chosen = choice.choose(c, None)
    answers = c.ask(pruning.questions(c.environment))
    good = [e.commit for e in reversed(ledger.entries(answers["ledger"].out)) if e.event == ledger.GOOD]
    used = set(answers["used"].out.split())
    names = pruning.choose(answers["images"].out, used, good, chosen.seen.head, chosen.project.built, int(keep))
    if not names:
        console.say(f"Nothing to remove: of every image, at most the newest {keep} and those in use are kept.")
        return None
    return Plan(
        task="containers.prune",
        purpose=f"remove {len(names)} kept images, the newest {keep} of each stay",
        steps=[pruning.step(c.environment, names)],
    )


@task
def status(c, json=False):
    """Show the containers of every host: what they run, since when, and how they are."""
    looks = [(member, member.look()) for member in c.fleet]
    if problem := next(
        (f"{m.address}: {s.problems['containers']}" for m, s in looks if "containers" in s.problems), ""
    ):
        raise Failed(" ".join(problem.split()))
    found = [(member, k) for member, seen in looks for k in seen.containers]
    if console.document([{"host": member.address, **_as_dict(k)} for member, k in found]):
        return
    headings = ("service", "container", "state", "since", "restarts", "image", "host")
    console.table(headings, [(*_row(k), member.host) for member, k in found])
    if not found:
        console.say("There is no container of this project. Next: fab containers.start")


def _row(k: Container) -> tuple:
    how = f"{k.status} {k.health}".strip() + (f" ({k.exit_code})" if k.status == "exited" else "")
    return (k.service, k.name, how, k.started[:19].replace("T", " "), k.restarts, k.image_name)


def _as_dict(k: Container) -> dict:
    return {name: getattr(k, name) for name in k.__struct_fields__}
