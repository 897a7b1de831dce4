"""Whether compose knows the values that the containers run with: it starts without those that nobody tells it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ...console.errors import Refused
from ...engine.told import Drift
from ...ssh.host import Host
from ...tools.compose import project
from ...tools.compose.project import Description, Service, variables
from .drift import Drifted

VARIABLE = re.compile(r"\$\{?(\w+)")


def require(c: Host, described: Description, found: Drifted) -> None:
    """Raise Refused, naming them, where values are blank in what is `described` that are not in what runs.

    Which of the drift comes of a variable that compose finds no value for is asked only where there are both.
    """
    lost = [(service, {name}) for service, name in found.blank if _blank(described, service, name)]
    if described.blank and found.drift:
        services = c.ask(project.templates(c.environment))
        lost = [(one.service, _unset(services, one, described.blank)) for one in found.drift] + lost
    if described.blank and c.environment.stack:  # whether what runs has values for them is not known
        lost.append((c.environment.stack, set(described.blank)))
    names = sorted({name for _, causes in lost for name in causes})
    if names:
        start = ", ".join(sorted({service for service, causes in lost if causes}))
        raise Refused(
            f"compose finds no value for {', '.join(names)}: {start} would start without what runs now; "
            f"{project.cure(c.environment)}.",
            at=c.address,
        )


def _blank(described: Description, service: str, name: str) -> bool:
    """Return whether a variable is there without a value."""
    said = variables((described.config.get("services") or {}).get(service) or {})
    return name in said and not said[name]


def _unset(services: Mapping[str, Service], one: Drift, blank: list[str]) -> set[str]:
    """Return those of the `blank` variables that make the drift; all of them where compose cannot say."""
    service = services.get(one.service)
    if service is None:
        return set(blank)
    values = variables(service)
    parts = [values.get(name) for name in one.names] if one.what == "environment" else [service.get(one.what, service)]
    return {name for part in parts for name in VARIABLE.findall(str(part))} & set(blank)
