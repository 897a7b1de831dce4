"""The images and the containers made of them: kept, built, made anew, pruned."""

from __future__ import annotations

from ..console import terminal as console
from ..console.commands import fab
from ..engine.plan import Expectation, Plan, Step, chain
from ..preflight import prunable, service_choice
from ..preflight.present.reports import DeploymentReport
from ..preflight.prunable import PruneReport
from ..preflight.rollback_report import RollbackReport
from ..preflight.service_choice import ServicesReport
from ..preflight.undo_report import RollbackUndoReport
from ..ssh.host import Host
from ..tools.compose import images, pruning, services
from .declare import change


def keep_images_step(report: DeploymentReport) -> Step | None:
    """Return the step that tags the images which run now with their commit, so that no pruning takes them."""
    if not report.images:
        return None
    return Step(
        name="keep",
        own=True,
        title="Keep the images that run now",
        script=images.keep(report.environment, report.images, report.state.head),
        commands=tuple(f"docker tag … {i.retained(report.state.head)}" for i in report.images),
        preparation=True,
    )


def build_step(report: ServicesReport | RollbackReport | RollbackUndoReport, cache: bool = True) -> Step | None:
    """Return the runbook's "Rebuild All Containers", while the present version still answers.

    With a target: its images, kept from before or built in a tree beside the checkout. Without one: those of the
    checkout as it is.
    """
    if not report.images:
        return None
    if isinstance(report, ServicesReport):
        return _build_here(report, [] if cache else ["--no-cache"])
    target, rebuild = report.target, isinstance(report, RollbackReport) and report.options.rebuild
    names = ", ".join(i.retained(target.short) for i in report.built)
    which = "--no-cache (" if rebuild else "(what is not kept, "
    build = f"docker-compose build {which}in a tree beside the checkout): {names}"
    return Step(
        name="build",
        own=True,
        title=f"Have the images of {target.title} ready",
        script=images.prepare(report.environment, report.wanted, report.built, target.sha, rebuild, report.decided),
        commands=(*([build] if names else []), *(f"docker tag {one.source} {one.kept}" for one in report.decided)),
        preparation=True,
    )


def carry_step(report: RollbackReport | RollbackUndoReport) -> Step | None:
    """Return the step that brings the target's images to the other nodes of a swarm where no registry has them."""
    if not (report.images and report.environment.stack):
        return None
    names = " ".join(dict.fromkeys(one.kept for one in report.decided))
    return Step(
        name="carry",
        title="Carry to the other nodes what no registry has",
        script=images.carry(report.environment),
        commands=(f"docker save {names} | docker -H ssh://NODE load",),
        preparation=True,
        timeout=3600,
    )


def _build_here(report: ServicesReport, flags: list[str]) -> Step:
    return Step(
        name="build",
        title=f"Build {', '.join(i.live for i in report.images)}",
        script=services.build(report.environment, report.images, *flags),
        commands=(" ".join(["docker-compose build", *flags, *(i.service for i in report.images)]),),
        preparation=True,
        timeout=3600,
    )


@change(step=build_step)
def build(c: Host, service: str | None = None) -> Plan:
    """Build the images from the checkout as it is, without starting them."""
    report = service_choice.check_build(c, service)
    names = ", ".join(i.live for i in report.images)
    return chain(
        report,
        keep_images_step(report),
        build_step(report),
        task="containers.build",
        purpose=f"build {names} from {report.state.head[:12]}; what runs goes on",
    )


def down_step(report: ServicesReport) -> Step:
    """Return the runbook's `down`; where a volume has no name the containers are only stopped, so that it stays."""
    grace, stay = report.environment.compose.grace, bool(report.unnamed)
    why = f" (not down: {', '.join(report.unnamed)} has no named volume)" if stay else ""
    return Step(
        name="down",
        effects=("stops",),
        title=f"Take all containers down{why}",
        script=services.down(report.environment, report.project, "stop" if stay else "down"),
        commands=(f"docker-compose {'stop' if stay else 'down'} -t {grace}",),
        outage=True,
        back=fab("containers.start"),
        timeout=5 * grace + 180,
    )


def recreate_step(report: ServicesReport) -> Step:
    """Return the step that makes the containers anew, with the environment and settings as they are now."""
    words = ["--force-recreate", *(["--no-deps"] if report.named else []), *report.words]
    return Step(
        name="recreate",
        effects=("stops", "starts"),
        title=f"Make the containers of {report.title} anew",
        script=services.recreate(report.environment, words, report.image_names),
        services=tuple(report.services),
        commands=(" ".join(["docker-compose up -d --no-build", *words]),),
        outage=True,
        timeout=900,
    )


@change
def rebuild(c: Host, service: str | None = None) -> Plan:
    """Rebuild and restart one service without cache, or all: the runbook's "Full Container Rebuild"."""
    report = service_choice.check_build(c, service)
    head = report.state.head[:12]
    return chain(
        report,
        keep_images_step(report),
        build_step(report, cache=not report.named),
        None if report.named or any(host.roles for host in report.environment.hosts) else down_step(report),
        recreate_step(report),
        task="containers.rebuild",
        purpose=f"rebuild {report.title} from {head}",
        proof=Expectation(
            services=report.lasting,
            replicas=report.replicas,
            images=report.image_names,
            healthy=report.state.healthy,
            ill_before=not report.state.healthy,
        ),
        back=f"{fab(f'code-rollback --commit {head}')} (the images that run now are kept)",
    )


def prune_step(report: PruneReport) -> Step | None:
    """Return the step that removes the names of kept images that may go."""
    if not report.names:
        return None
    return Step(
        name="prune",
        title=f"Remove {len(report.names)} kept images",
        script=pruning.prune(report.environment, report.names),
        commands=tuple(f"docker rmi {name}" for name in report.names),
        back="the image of a commit is built again when a rollback needs it",
    )


@change(step=prune_step)
def prune(c: Host, keep: int | str = "3") -> Plan | None:
    """Remove kept images but the newest and all that run; other projects' images are not touched."""
    report = prunable.check(c, int(keep))
    if not report.names:
        console.say(f"Nothing to remove: of every image, at most the newest {keep} and those in use are kept.")
        return None
    purpose = f"remove {len(report.names)} kept images, the newest {keep} of each stay"
    return chain(report, prune_step(report), task="containers.prune", purpose=purpose)
