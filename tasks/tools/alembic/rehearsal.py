"""A downgrade tried out: on a server of its own, behind a network that leads nowhere else."""

from __future__ import annotations

from hashlib import sha256

from msgspec import Struct

from ...config.settings import Environment
from ...ssh import paths, scripts
from ...ssh.probe import Probe, single
from ...ssh.shell import Answer, Word
from .migrate import WAYS_OUT, change_variables, goals, prefix
from .migrate import variables as variables_of
from .schema_change import SchemaChange
from .trial import Trial, variables

FAILS = "the rehearsal "  # how the line begins that says, with exit code 2, that the change does not work


class Kept(Struct, frozen=True):
    """What a rehearsal found, each with the word that says of what it is: undo, left, lacks, again, present.

    `at`: when it was made, in seconds of the host's clock; 0: there was none.
    """

    findings: list[tuple[str, str]] = []
    at: float = 0.0

    def lines(self, *words: str) -> list[str]:
        """Return what was found of these words."""
        return [text for word, text in self.findings if word in words]


def downgrade(
    environment: Environment, image: str, change: SchemaChange, full: bool = False, tried: Trial | None = None
) -> str:
    """Return the call that downgrades a clone with `image`, proves the heads it leads to, and takes it back again.

    `tried` is started before and afterwards. Exit code 2, with one line: the downgrade cannot work. The real database
    is only read.
    """
    more = variables(environment, tried, full) if tried else {"TRIAL_IMAGE": ""}
    return _call(environment, "downgrade", image, change, WAYS_OUT, full, more)


def upgrade(environment: Environment, image: str, change: SchemaChange, ways_out: str, tree: str = "") -> str:
    """Return the call that upgrades a clone with `image` and proves the heads; `ways_out` is said where it cannot.

    Where the service has files of the checkout mounted, those of the commit `tree` are there instead, if one is named.
    """
    return _call(environment, "upgrade", image, change, ways_out, False, {"TRIAL_IMAGE": "", "TREE": tree})


def compare(
    environment: Environment, image: str, change: SchemaChange, ways_out: str, snapshot: str, tree: str = ""
) -> str:
    """Return the call that upgrades a clone with all data, beside a run, and compares it with the copy `snapshot`.

    It prints what `compared.parse_compared` reads. Where it ends 2 with a line that begins with FAILS, the upgrade does
    not work.
    """
    more = {"TRIAL_IMAGE": "", "SNAPSHOT": snapshot, "ASIDE": "1", "TREE": tree}
    return _call(environment, "upgrade", image, change, ways_out, True, more)


def _call(
    environment: Environment,
    direction: str,
    image: str,
    change: SchemaChange,
    ways_out: str,
    full: bool,
    more: dict[str, str],
) -> str:
    return scripts.call(
        "tools/alembic/rehearse.sh",
        direction,
        *goals(change),
        UP="\n".join(change.from_heads),
        FULL="1" if full else "",
        WAYS_OUT=ways_out,
        KNOWN=known_schema(environment, change.to_heads),
        FINDINGS=_findings(environment, image, change),
        **change_variables(environment, image, change),
        **{"SNAPSHOT": "", "ASIDE": "", "TREE": "", **more},
    )


def known_schema(environment: Environment, heads: list[str]) -> Word:
    """Return the file that keeps the schema as it was at a release which needed `heads`."""
    return Word(f"{paths.state(environment)}/schemas/{_digest(*sorted(heads))}")


def keep_schema(environment: Environment, heads: list[str]) -> str:
    """Return the call that keeps the present schema as that of a release at `heads`, and prints a fingerprint of it."""
    told = {"KNOWN": known_schema(environment, heads), **variables_of(environment)}
    return scripts.call("tools/alembic/keep-schema.sh", **told)


def kept(environment: Environment, image: str, change: SchemaChange) -> Probe[Kept]:
    """Return the probe of what the last rehearsal of `change` with `image` found; nothing where there was none."""
    file = _findings(environment, image, change)
    return single(f'f={file}; stat -c \'at %Y\' "$f" 2>/dev/null && cat "$f" || :', _read)


def _read(answer: Answer) -> Kept:
    found = [(word, text) for word, _, text in (line.partition(" ") for line in answer.out.splitlines())]
    at = next((float(text) for word, text in found if word == "at"), 0.0)
    return Kept([(word, text) for word, text in found if word != "at"], at)


def _findings(environment: Environment, image: str, change: SchemaChange) -> Word:
    name = _digest(image, *change.from_heads, "-", *change.to_heads)
    return Word(f"{paths.state(environment)}/rehearsals/{name}")


def _digest(*words: str) -> str:
    return sha256("\n".join(words).encode()).hexdigest()[:16]


def stop(environment: Environment) -> str:
    """Return a script that ends all that a rehearsal runs."""
    name = f"{prefix(environment)}-rehearsal"
    return f"docker rm -fv {name} {name}-alembic {name}-app\ndocker network rm {name}"
