"""What containers were made of."""

from __future__ import annotations

import re

from msgspec import Struct

from ...config.settings import Environment
from ...console.units import stamp
from ...ssh.probe import Probe, single
from . import compose

COMMIT = re.compile(r"[0-9a-f]{40}")


class Origin(Struct, frozen=True):
    """What a container was made of: when (seconds since the epoch), and of which image.

    `commit` is what its image is labelled with, `tags` its image's names; those that are not known are empty.
    """

    created: float
    commit: str
    tags: list[str]

    def of(self, commit: str) -> bool | None:
        """Return whether its image is that of `commit`, a full hash; None where nothing says."""
        return commit in self.commits if self.commits else None

    @property
    def commits(self) -> list[str]:
        """The commits that its image's label and names tell of."""
        names = {self.commit, *(tag.rpartition(":")[2] for tag in self.tags)}
        return sorted(name for name in names if COMMIT.fullmatch(name))


def origins(environment: Environment) -> Probe[dict[str, Origin]]:
    """Return the probe of what each container, by its name, was made of."""
    return single(compose.call(environment, "images/origins.sh"), lambda answer: parse_origins(answer.out))


def parse_origins(out: str) -> dict[str, Origin]:
    """Return what each container, by its name, was made of, as origins.sh printed it."""
    words = [line.split(" ") for line in out.splitlines()]
    return {w[0].lstrip("/"): Origin(stamp(w[1]), w[2][1:], w[3].split(",")) for w in words if len(w) == 4}
