"""A step on the host: begun once, in a session of its own, watched from here, its end written down there."""

from __future__ import annotations

import json
from typing import Any, Literal, NamedTuple

from msgspec import Struct

from ..ssh import scripts
from ..ssh.shell import Word, quote
from .journal import inside
from .plan import Step, label

PATIENCE = 20  # seconds for the engine to end what a step runs in containers
TIDY = 10  # seconds for what a stopped step does to tidy up
# ended: it has an exit code; cut: it has none; fenced: it was not begun, the lock was lost.
Kind = Literal["ended", "cut", "fenced"]


class Try(Struct, frozen=True):
    """One try of one step of a run; `folder` is the run's folder on the host, as a shell word.

    `partial` tells whether the run is partially applied while the step runs or when it fails, `after` whether
    it still is when the step succeeded; None: the step does not matter for that.
    """

    folder: Word
    run: str
    number: int
    step: Step
    attempt: int = 1
    partial: bool | None = None
    after: bool | None = None

    @property
    def name(self) -> str:
        """What the files of this try are called."""
        return f"{label(self.number, self.step)}.{self.attempt}"

    @property
    def tag(self) -> str:
        """What the environment of every process of this try holds."""
        return f"FAB_ROLLBACK_STEP={self.run}/{self.name};"


class End(NamedTuple):
    """How a try ended."""

    kind: Kind
    code: int | None = None


def watch(job: Try, token: str, nonce: str, seen: int = 0) -> str:
    """Return the command that begins `job`, if it never was and the lock is that of `token`, and watches it.

    It leaves out the lines of the log that were `seen`; the line that says how it ended begins with `nonce`.
    """
    limits = (str(job.step.timeout), str(TIDY))
    entries = (_entry(job, job.partial), _entry(job, job.after))
    return inside(job.folder, "watch-step.sh", nonce, str(seen), token, job.name, job.tag, *limits, *entries)


def _entry(job: Try, partial: bool | None) -> str:
    fields: dict[str, Any] = {"step": label(job.number, job.step), "try": job.attempt}
    if job.step.effects:
        fields["effects"] = job.step.effects
    if partial is not None:
        fields["half"] = partial
    return json.dumps(fields, separators=(",", ":"))[1:-1]


def begun_elsewhere(job: Try) -> str:
    """Return the command that notes, where it does not run, that `job` begins."""
    script = scripts.call("engine/begun-elsewhere.sh", job.name, _entry(job, job.partial))
    return f"cd {job.folder} && {script}"


def stop(job: Try) -> str:
    """Return the command that ends `job` with all that it runs; it fails where something may still run."""
    return inside(job.folder, "stop-step.sh", job.name, job.tag, str(PATIENCE), str(TIDY))


def has_ended(job: Try) -> str:
    """Return the command that succeeds where `job` has an exit code."""
    return f"[ -f {job.folder}/{quote(job.name)}.rc ]"


def ended(output: str, nonce: str) -> End | None:
    """Return how the try ended, from what the watcher printed; None: the watcher itself was cut off."""
    _log, found, tail = output.rpartition(f"\n{nonce} ")
    kind, _, code = tail.strip().partition(" ")
    if not found:
        return None
    if kind == "fenced":
        return End("fenced")
    if kind == "ended" and code.isdigit():
        return End("ended", int(code))
    return End("cut") if kind in ("ended", "cut") else None
