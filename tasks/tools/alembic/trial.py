"""The target's image tried on the downgraded clone: started in the rehearsal's network, and asked for its health."""

from __future__ import annotations

from urllib.parse import urlsplit

from msgspec import Struct

from ...config.settings import Address, Environment
from ..compose import answering
from ..git.commits import Commit


class Trial(Struct, frozen=True):
    """A commit's image to be tried for a service, and the health addresses to ask: and the container's port."""

    commit: Commit
    service: str
    image: str
    addresses: dict[Address, int]


def variables(environment: Environment, trial: Trial, full: bool) -> dict[str, str]:
    """Return what trial.sh has to be told; without `full`, the clone has no rows."""
    return {
        "TRIAL_IMAGE": trial.image,
        "TRIAL_TITLE": f"the image of {trial.commit.short}",
        "TRIAL_SERVICE": trial.service,
        "TRIAL_ADDRESSES": "\n".join(_line(one, port) for one, port in trial.addresses.items()),
        "TRIAL_SECONDS": str(environment.health.timeout),
        "TRIAL_HINT": "" if full else " (with the schema alone; --full tries it with all data)",
    }


def _line(address: Address, port: int) -> str:
    host = address.host or urlsplit(address.url).netloc.rpartition("@")[2]
    return f"{port} {host} {answering.path(address)} {address.shown}"
