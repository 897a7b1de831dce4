"""Which kept images may go: never one that a container, HEAD, or the newest releases of the ledger need."""

from __future__ import annotations

from ..config.settings import Environment
from ..ssh.host import Host
from ..ssh.probe import Answers, Probe
from ..tools.compose import pruning
from ..tools.compose.images import Target
from . import service_choice
from .history import ledger
from .present import own_images
from .present.reports import DeploymentReport

USED = "c=$(docker ps -aq --no-trunc); [ -z \"$c\" ] || docker inspect -f '{{.Image}}' $c"
LISTED = "docker images --no-trunc --format '{{.Repository}} {{.Tag}} {{.ID}}'"


class PruneReport(DeploymentReport, frozen=True, kw_only=True):
    """The `names` of kept images that may go."""

    names: list[str]


def check(c: Host, keep: int) -> PruneReport:
    """Return which kept images may go, the newest `keep` of each staying."""
    about = service_choice.check(c, None)
    listed, used, good = c.ask(_probe(c.environment))
    images = own_images.concerned(about.environment, about.state, Target(about.project))
    names = pruning.choose(listed, used, good, about.state.head, images, keep)
    return PruneReport(environment=about.environment, state=about.state, names=names)


def _probe(environment: Environment) -> Probe[tuple[str, set[str], list[str]]]:
    """Return the probe of all images, of those in use, and of the releases recorded as good, the newest first."""
    return Probe({"images": LISTED, "used": USED, "ledger": ledger.show(environment)}, _read)


def _read(answers: Answers) -> tuple[str, set[str], list[str]]:
    said = reversed(ledger.entries(answers["ledger"].out))
    good = [entry.commit for entry in said if entry.event == ledger.GOOD]
    return answers["images"].out, set(answers["used"].out.split()), good
