"""The containers: stop, start, restart, rebuild and build them, and what they really do afterwards."""

from __future__ import annotations

from ..console import terminal as console
from ..console.errors import Failed
from ..engine.task import change, task


@change
def stop(c, service=None):
    """Stop all services, or one, as the runbook's "Stop All Services"."""
    from ..engine.plan import Expectation, Plan
    from ..preflight import service_choice as choice
    from .builders import container_plans as plans
    from .builders import containers as steps

    chosen = choice.choose(c, service, files=False)
    named = chosen.services if service else sorted({k.service for k in chosen.seen.containers})
    if not any(k.status in ("running", "restarting", "paused") for k in chosen.seen.of(*named)) and len(c.fleet) == 1:
        console.say(f"{chosen.title}: nothing runs already.")
        return None
    return Plan(
        task="containers.stop",
        purpose=f"stop {chosen.title}",
        steps=[steps.stop_step(c.environment, named)],
        expect=Expectation(stopped=named),
        back=plans.start_command(chosen),
    )


@change
def start(c, service=None):
    """Start all services, or one: the containers as they are, new ones only where there are none."""
    from ..engine.plan import Expectation, Plan
    from ..preflight import service_choice as choice
    from .builders import container_plans as plans
    from .builders import containers as steps

    chosen = choice.choose(c, service)
    plans.refuse_missing_images(c, chosen)
    return Plan(
        task="containers.start",
        purpose=f"start {chosen.title}",
        steps=[steps.up_step(c.environment, chosen)],
        expect=Expectation(services=chosen.lasting),
        back=f"fab containers.stop{chosen.option}",
    )


@change
def restart(c, service=None, recreate=False):
    """Restart all containers, or one service's, as the runbook's "Container Rollback (Quick Restart)"."""
    from .builders import container_plans as plans

    return plans.restart(c, "containers.restart", service, recreate)


@change
def build(c, service=None):
    """Build the images from the checkout as it is, without starting them."""
    from ..engine.plan import Plan
    from ..preflight import service_choice as choice
    from .builders import container_plans as plans
    from .builders import containers as steps

    chosen = choice.choose(c, service)
    images = plans.to_build(chosen)
    return Plan(
        task="containers.build",
        purpose=f"build {', '.join(i.live for i in images)} from {chosen.seen.head[:12]}; what runs goes on",
        steps=[*plans.keep(c, chosen, [i.service for i in images]), steps.build_step(c.environment, images)],
    )


@change
def rebuild(c, service=None):
    """Rebuild and restart one service without cache, or all: the runbook's "Full Container Rebuild"."""
    from ..engine.plan import Expectation, Plan
    from ..preflight import service_choice as choice
    from .builders import container_plans as plans

    chosen = choice.choose(c, service)
    images = plans.to_build(chosen)
    if service:
        chosen.services = sorted({s for b in images for s in chosen.project.sharing(b.service)})
    return Plan(
        task="containers.rebuild",
        purpose=f"rebuild {chosen.title} from {chosen.seen.head[:12]}",
        steps=[*plans.keep(c, chosen, chosen.services), *plans.rebuild_steps(c, chosen, images)],
        expect=Expectation(services=chosen.lasting, images=chosen.images, healthy=chosen.seen.healthy),
        back=f"fab code-rollback --commit {chosen.seen.head[:12]} (the images that run now are kept)",
    )


@change
def prune(c, keep="3"):
    """Remove kept images but the newest and all that run; other projects' images are not touched."""
    from ..engine.plan import Plan
    from ..preflight import service_choice as choice
    from ..tools.compose import pruning

    chosen = choice.choose(c, None)
    names = pruning.superfluous(c, chosen, int(keep))
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
    from msgspec import structs

    from ..preflight import state
    from ..ssh.parallel import parallel_map
    from .builders import container_plans as plans

    looks = list(zip(c.fleet, parallel_map(c.fleet, state.look), strict=True))
    if problem := next(
        (f"{m.address}: {s.problems['containers']}" for m, s in looks if "containers" in s.problems), ""
    ):
        raise Failed(" ".join(problem.split()))
    found = [(member, k) for member, seen in looks for k in seen.containers]
    if console.document([{"host": member.address, **structs.asdict(k)} for member, k in found]):
        return
    headings = ("service", "container", "state", "since", "restarts", "image", "host")
    console.table(headings, [(*plans.row(k), member.host) for member, k in found])
    if not found:
        console.say("There is no container of this project. Next: fab containers.start")
