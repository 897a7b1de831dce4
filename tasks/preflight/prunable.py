"""Which kept images may go: never one that a container, HEAD, or the newest releases of the ledger need."""

from __future__ import annotations

from ..ssh.host import Host
from ..ssh.probe import answered
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
    listed, used, said = c.ask(answered(LISTED), answered(USED), ledger.probe(c.environment))
    good = [entry.commit for entry in reversed(said) if entry.event == ledger.GOOD]
    images = own_images.concerned(about.environment, about.state, Target(about.project))
    names = pruning.choose(listed.out, set(used.out.split()), good, about.state.head, images, keep)
    return PruneReport(environment=about.environment, state=about.state, names=names)
