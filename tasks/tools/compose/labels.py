"""What runs: the deployment as the labels of its containers tell it, completed by hosts.yaml."""

from __future__ import annotations

from msgspec import structs

from ...config.settings import Compose, Environment
from ...ssh.probe import Probe, by_key, single
from . import compose
from .compose import Deployment


def probe(environment: Environment) -> Probe[Deployment | None]:
    """Return the probe of what runs; None where that cannot be decided: the answer says why."""
    command = compose.call(environment, "reads/deployment.sh")
    return single(command, lambda answer: parse(environment.compose, answer.out) if answer.ok else None)


def parse(said: Compose, out: str) -> Deployment:
    """Return what deployment.sh printed, for what hosts.yaml `said`."""
    told = by_key(out)
    return Deployment(
        **{
            **structs.asdict(said),
            "file": told["file"] or None,
            "env_file": tuple(told["env_file"]) or None,
            "project": "".join(told["project"]) or None,
            "folder": "".join(told["folder"]),
            "command": "".join(told["command"]) or said.command,
            "v1": "v1" in told,
        }
    )
