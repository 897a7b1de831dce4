"""A downgrade tried out: on a server of its own, behind a network that leads nowhere else."""

from __future__ import annotations

from ...config.settings import Environment
from ...ssh import scripts
from .migrate import WAYS_OUT, change_variables, goals, prefix
from .schema_change import SchemaChange
from .trial import Trial, variables


def downgrade(
    environment: Environment, image: str, change: SchemaChange, full: bool = False, tried: Trial | None = None
) -> str:
    """Return the call that downgrades a clone with `image` and proves the heads it leads to; `tried` is started on it.

    Exit code 2, with one line: the downgrade cannot work. The real database is only read.
    """
    return scripts.call(
        "tools/alembic/rehearse.sh",
        *goals(change),
        FULL="1" if full else "",
        WAYS_OUT=WAYS_OUT,
        **change_variables(environment, image, change),
        **(variables(environment, tried, full) if tried else {"TRIAL_IMAGE": ""}),
    )


def stop(environment: Environment) -> str:
    """Return a script that ends all that a rehearsal runs."""
    name = f"{prefix(environment)}-rehearsal"
    return f"docker rm -fv {name} {name}-alembic {name}-app\ndocker network rm {name}"
