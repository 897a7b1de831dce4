"""A downgrade tried out: on a server of its own, behind a network that leads nowhere else."""

from __future__ import annotations

from hashlib import sha256

from ...config.settings import Environment
from ...ssh import paths, scripts
from ...ssh.probe import Probe, single
from ...ssh.shell import Word
from . import kept_rehearsal
from .kept_rehearsal import Kept
from .migrate import WAYS_OUT, change_variables, goals, prefix
from .migrate import variables as variables_of
from .schema_change import SchemaChange
from .trial import Trial, variables

REHEARSE = "tools/alembic/rehearse.sh"
MAY_BE_EMPTY = ("FULL", "WAYS_OUT", "TREE", "SNAPSHOT", "ASIDE", "AHEAD", "KEPT", "RESTS_ON", "TRIAL_IMAGE")
FAILS = "the rehearsal "  # how the line begins that says, with exit code 2, that the change does not work


def downgrade(
    environment: Environment,
    image: str,
    change: SchemaChange,
    full: bool = False,
    tried: Trial | None = None,
    unless_kept: bool = False,
) -> str:
    """Return the call that downgrades a clone with `image`, proves the heads it leads to, and takes it back again.

    `tried` is started before and afterwards. Exit code 2, with one line: the downgrade cannot work. The real database
    is only read. With `unless_kept` nothing is done where one was kept that still holds.
    """
    more = _trial(environment, tried, full) | _rests_on(change) | ({"KEPT": "1"} if unless_kept else {})
    return _call(environment, "downgrade", image, change, WAYS_OUT=WAYS_OUT, **more)


def ahead(
    environment: Environment, image: str, change: SchemaChange, full: bool, tried: Trial | None, tree: str
) -> str:
    """Return the call that brings a clone up to where `change` begins, with `image`, and then does as `downgrade`.

    It runs beside a run. It is kept as the rehearsal of that downgrade, for when the database is there.
    """
    more = _trial(environment, tried, full) | _rests_on(change)
    return _call(environment, "downgrade", image, change, AHEAD="1", ASIDE="1", TREE=tree, **more)


def _trial(environment: Environment, tried: Trial | None, full: bool) -> dict[str, str]:
    return {"FULL": "1" if full else "", **(variables(environment, tried, full) if tried else {})}


def _rests_on(change: SchemaChange) -> dict[str, str]:
    return {"RESTS_ON": kept_rehearsal.rests_on(change, f"$SCRIPTS/{REHEARSE}")}


def upgrade(environment: Environment, image: str, change: SchemaChange, ways_out: str, tree: str = "") -> str:
    """Return the call that upgrades a clone with `image` and proves the heads; `ways_out` is said where it cannot.

    Where the service has files of the checkout mounted, those of the commit `tree` are there instead, if one is named.
    """
    return _call(environment, "upgrade", image, change, WAYS_OUT=ways_out, TREE=tree)


def compare(
    environment: Environment, image: str, change: SchemaChange, ways_out: str, snapshot: str, tree: str = ""
) -> str:
    """Return the call that upgrades a clone with all data, beside a run, and compares it with the copy `snapshot`.

    It prints what `compared.parse_compared` reads. Where it ends 2 with a line that begins with FAILS, the upgrade does
    not work.
    """
    more = {"WAYS_OUT": ways_out, "FULL": "1", "SNAPSHOT": snapshot, "ASIDE": "1", "TREE": tree}
    return _call(environment, "upgrade", image, change, **more)


def _call(environment: Environment, direction: str, image: str, change: SchemaChange, **more: str) -> str:
    told = {
        **dict.fromkeys(MAY_BE_EMPTY, ""),
        **change_variables(environment, image, change),
        "UP": "\n".join(change.from_heads),
        "KNOWN": known_schema(environment, change.to_heads),
        "FINDINGS": _findings(environment, image, change),
    }
    return scripts.call(REHEARSE, direction, *goals(change), **{**told, **more})


def known_schema(environment: Environment, heads: list[str]) -> Word:
    """Return the file that keeps the schema as it was at a release which needed `heads`."""
    return Word(f"{paths.state(environment)}/schemas/{_digest(*sorted(heads))}")


def keep_schema(environment: Environment, heads: list[str]) -> str:
    """Return the call that keeps the present schema as that of a release at `heads`, and prints a fingerprint of it."""
    told = {"KNOWN": known_schema(environment, heads), **variables_of(environment)}
    return scripts.call("tools/alembic/keep-schema.sh", **told)


def kept(environment: Environment, image: str, change: SchemaChange, compare: bool = False) -> Probe[Kept]:
    """Return the probe of what the last rehearsal of `change` found; with `compare`, also of what it rests on now."""
    told = {"FINDINGS": _findings(environment, image, change), "COMPARE": "1" if compare else "", **_rests_on(change)}
    script = scripts.call("tools/alembic/rehearsed.sh", **told, **change_variables(environment, image, change))
    return single(script, kept_rehearsal.read)


def kept_at(environment: Environment, image: str, change: SchemaChange) -> str:
    """Return the command that prints when the rehearsal of `change` was kept; nothing where none is."""
    return f"sed -n 's/^at //p' {_findings(environment, image, change)}"


def _findings(environment: Environment, image: str, change: SchemaChange) -> Word:
    way = _digest(*sorted(change.from_heads), "-", *sorted(change.to_heads))
    return Word(f"{paths.state(environment)}/rehearsals/{way}-{_digest(image)}")


def _digest(*words: str) -> str:
    return sha256("\n".join(words).encode()).hexdigest()[:16]


def stop(environment: Environment) -> str:
    """Return a script that ends all that a rehearsal runs."""
    name = f"{prefix(environment)}-rehearsal"
    return f"docker rm -fv {name} {name}-alembic {name}-app\ndocker network rm {name}"
