"""Hosts of a fleet that a run went on without: every other one remembers them until they are back in line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from ..config.settings import Environment
from ..ssh import paths, scripts
from ..ssh.host import Host
from ..ssh.parallel import parallel_map
from ..ssh.probe import Probe, single


def remembered(environment: Environment) -> Probe[list[str]]:
    """Return the probe of the addresses of hosts that were left out, and not brought into line since."""
    command = f"cat {paths.state(environment)}/out-of-step 2>/dev/null"
    return single(command, lambda answer: answer.out.split())


def remember(fleet: Sequence[Host], what: Literal["left", "back"], addresses: Iterable[str]) -> None:
    """Have every host of `fleet` remember that others were left out of a run, or that they are back in line."""

    def on(member: Host) -> None:
        member.sh(scripts.call("engine/out-of-step.sh", what, *addresses, STATE=paths.state(member.environment)))

    parallel_map(fleet, on)
