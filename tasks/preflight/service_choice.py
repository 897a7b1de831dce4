"""What a task on containers is about: the services an operator named, or all of them."""

from __future__ import annotations

from msgspec import field, structs

from ..console.commands import fab
from ..console.errors import Refused
from ..ssh.host import Host
from ..ssh.parallel import parallel_map
from ..ssh.probe import nothing
from ..tools.compose import inspect, project, pruning, services
from ..tools.compose.project import Project
from .present import drift, fleetwide, state, values
from .present.drift import Drifted
from .present.reports import DeploymentReport
from .present.state import State


class ServicesReport(DeploymentReport, frozen=True, kw_only=True):
    """The services that a task is about; `named` is the word that named them, empty where it is about all.

    `unnamed` are container and folder of volumes that have no name, and that a `down` would lose. `drifted` is not
    asked where the files of the checkout do not count.
    """

    project: Project
    services: list[str]
    named: str
    unnamed: list[str] = field(default_factory=list)
    drifted: Drifted = Drifted()

    @property
    def words(self) -> list[str]:
        """What compose is told of the services: as many of each as there are."""
        described = [s for s in self.services if self.named or s in self.project.services]
        return [*services.scaled(self.project, self.replicas), *described]

    @property
    def replicas(self) -> dict[str, int]:
        """How many containers of the services there are."""
        return {s: len(self.state.of(s)) for s in self.existing}

    @property
    def image_names(self) -> dict[str, str]:
        """The names of the images built here that the services start from."""
        return self.project.images([s for s in self.services if s in self.project.services])

    @property
    def lasting(self) -> list[str]:
        """Those of the services that have to run afterwards."""
        known, finished = self.project.lasting, self.state.finished(self.environment)
        return [s for s in self.services if s not in finished and (s in known or not self.project.services)]

    @property
    def existing(self) -> list[str]:
        """Those of the services that have a container."""
        return [s for s in self.services if self.state.of(s)]

    @property
    def title(self) -> str:
        """The services, for a sentence."""
        return ", ".join(self.services) if self.named else "all services"

    @property
    def option(self) -> str:
        """The option that names the services again."""
        return f" --service {self.named}" if self.named else ""


def check(c: Host, name: str | None, files: bool = True) -> ServicesReport:
    """Return what `name` (a role, a service or a container; None: everything) means on these hosts.

    Raises Refused where a host cannot be worked on; with `files` also where compose does not accept its files.
    """
    seen, found, unnamed, drifted = _looked(c, files)
    picked = [project.resolve(c.environment, found, seen.containers, name)] if name else _all(c, seen, found)
    return ServicesReport(
        environment=seen.settled(c.environment),
        state=seen,
        stopping=picked if name else seen.services,
        images=found.builders([s for s in picked if s in found.services]),
        project=found,
        services=picked,
        named=name or "",
        unnamed=unnamed,
        drifted=drifted,
    )


def _looked(c: Host, files: bool) -> tuple[State, Project, list[str], Drifted]:
    """Return what is there, what the files say, which volumes have no name, and what differs from the files."""
    environment = c.environment
    differing = drift.probe(environment) if files else nothing(Drifted())
    seen, described, unnamed, drifted = c.ask(
        state.probe(environment), project.probe(environment), inspect.unnamed_volumes(environment), differing
    )
    states = [seen, *parallel_map(c.fleet[1:], state.look)]
    for member, known in zip(c.fleet, states, strict=True):
        state.require(member.address, known, ("engine", "deployment", "head"))
    seen = fleetwide.joined(c, states)
    found = described.project(seen.containers)
    if files and found.problem:
        raise Refused(f"compose does not accept its files: {found.problem}", at=c.address)
    if files:
        values.require(c, described, drifted)
    return seen, found, unnamed, drifted


def _all(c: Host, seen: State, found: Project) -> list[str]:
    """Return all services but the jobs, and those that have ended as they should."""
    jobs = seen.finished(c.environment) | (found.jobs - seen.up - {*c.environment.compose.services.values()})
    return [s for s in found.lasting or seen.services if s not in jobs]


def check_build(c: Host, name: str | None) -> ServicesReport:
    """Return what has to be built: with a named service, all that shares its image. Refused where nothing is."""
    report = check(c, name)
    known = report.project
    images = known.builders(known.sharing(report.services[0])) if name else known.built
    if not images:
        raise Refused(
            f"{report.title}: nothing is built here; the image comes from elsewhere.",
            next=f"Next: {fab(f'containers.restart{report.option} --recreate')}",
        )
    services = sorted({s for one in images for s in known.sharing(one.service)}) if name else report.services
    return _made_anew(structs.replace(report, images=images, services=services))


def _made_anew(report: ServicesReport) -> ServicesReport:
    """Return the report with what its services run with now, and will not when they are made anew."""
    warned = structs.replace(report, warnings=_other_images(report))
    return drift.told(warned, [report.drifted], report.services, drift.CHECKOUT)


def _other_images(report: ServicesReport) -> list[str]:
    """Return the warning for each service that a rollback started from an image which its files do not name."""
    files = report.project
    built = {i.live for i in files.built}
    names = {
        k.service: k.image_name for k in report.state.of(*report.services) if pruning.KEPT_NAME.search(k.image_name)
    }
    return [
        f"{service} runs {name}; made anew, it starts from {files.image(service)}, as its files say"
        for service, name in names.items()
        if service in files.services and files.image(service) not in built
    ]


def check_start(c: Host, name: str | None) -> ServicesReport:
    """Return what can be started; Refused where a service has neither a container nor the image to make one of."""
    report = check(c, name)
    names = {s: image for s, image in report.image_names.items() if s not in report.existing}
    ids = c.ask(inspect.image_ids(names)) if names else {}
    absent = [s for s in names if not ids.get(s)]
    if absent:
        raise Refused(
            f"{', '.join(absent)}: no image is built.",
            at=c.address,
            next=f"Next: {fab(f'containers.rebuild --service {absent[0]}')}",
        )
    return report


def check_restart(c: Host, name: str | None, recreate: bool) -> ServicesReport:
    """Return what a restart is about, or with `recreate` new containers; Refused where there is none to restart.

    A swarm makes tasks anew in either case, but with changed settings only where these are deployed.
    """
    if recreate and c.environment.stack:
        deployed = services.shown(c.environment, [])
        raise Refused(
            "--recreate: what is new in a stack's files comes with its deployment.", next=f"On it: {deployed}"
        )
    report = check(c, name, files=recreate)
    if recreate:
        return _made_anew(report)
    if not report.existing:
        start = fab(f"containers.start{report.option}")
        raise Refused(f"{report.title}: there is no container.", at=c.address, next=f"Next: {start}")
    return _as_they_are(c, report)


def _as_they_are(c: Host, report: ServicesReport) -> ServicesReport:
    """Return the report with what a restart does not do."""
    other = services.shown(c.environment, []) if c.environment.stack else "--recreate"
    missing = ", ".join(s for s in report.lasting if s not in report.existing)
    return structs.replace(
        report,
        facts=[f"a restart does not read changed environment or compose settings again; {other} does"],
        warnings=[f"{missing}: no container: {fab('containers.start')}"] if missing else [],
    )
