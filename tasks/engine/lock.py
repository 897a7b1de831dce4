"""One changing run at a time: which lock lies on the host, which may be replaced, what is said of it."""

from __future__ import annotations

import json
from typing import Any, Literal, cast, get_args

from msgspec import Struct

from ..config.settings import Environment
from ..console.commands import fab
from ..console.units import age
from ..ssh import paths, scripts
from ..ssh.probe import Probe, single
from ..ssh.shell import Word, quote

NO_UNDO = "no"  # what a lock's owner says of `undo` where a run cannot be taken back by it
SILENCE = 45  # seconds without a sign of life until the host takes the client for dead

# LIVE: its client shows signs of life; RUNNING: a step goes on without one; DEAD: its run stopped half-way;
# FREE: it holds nothing up, its run ended, or had changed nothing when its client went away.
LockState = Literal["LIVE", "RUNNING", "DEAD", "FREE"]


class LockInfo(Struct, frozen=True):
    """The lock that lies on a host: `age` in seconds, `step` the last thing that its run's journal says of a step."""

    state: LockState
    owner: dict[str, Any]
    age: int = 0
    step: str = ""

    @property
    def run(self) -> str:
        """The run that holds it."""
        return str(self.owner.get("run", ""))


# The locks that a client may replace, as take-lock.sh is told: in this state, and of this run, if one is named.
Replaceable = tuple[str, ...]
NEW: Replaceable = ("FREE",)
OVER: Replaceable = ("FREE", "DEAD")


def resuming(run: str) -> Replaceable:
    """Return which locks the continuation of `run` may replace: its own, unless somebody is at it."""
    return ("FREE", f"DEAD:{run}", f"RUNNING:{run}")


def undoing(run: str) -> Replaceable:
    """Return which locks the way back from `run` may replace: that of the run, once it stopped."""
    return ("FREE", f"DEAD:{run}")


def tag(token: str) -> str:
    """Return what the environment of the process holds that keeps the lock for the client `token`: see lib.sh."""
    return f"FAB_ROLLBACK_HOLDER={token};"


def take(state: Word, token: str, owner: dict[str, str], replace: Replaceable = NEW) -> str:
    """Return the command that takes the lock below the state folder, and keeps it while stdin shows signs of life."""
    words = (str(SILENCE), token, owner["run"], json.dumps(owner), *replace)
    return _held(token, scripts.call("engine/take-lock.sh", *words, STATE=state))


def renew(state: Word, token: str) -> str:
    """Return the command that keeps the lock anew after its holder died with a connection."""
    return _held(token, scripts.call("engine/renew-lock.sh", str(SILENCE), token, STATE=state))


def _held(token: str, command: str) -> str:
    return f"env {quote(tag(token))} {command}"


def release(state: Word, token: str) -> str:
    """Return the command that gives the lock back if the client `token` still has it."""
    return scripts.call("engine/release-lock.sh", token, STATE=state)


def show(environment: Environment) -> Probe[LockInfo | None]:
    """Return the probe of the lock; None: there is none."""
    command = scripts.call("engine/show-lock.sh", STATE=paths.state(environment))
    return single(command, lambda answer: read(answer.out))


def read(out: str) -> LockInfo | None:
    """Return the lock that show-lock.sh printed, or take-lock.sh; None where that is no lock."""
    word, owner, seconds, entry = (*out.strip().splitlines(), "", "", "", "")[:4]
    if word not in get_args(LockState):
        return None
    event = _object(entry)
    step = f"{event['event']} of step {event['step']}" if {"event", "step"} <= event.keys() else ""
    return LockInfo(cast(LockState, word), _object(owner), int(seconds) if seconds.isdigit() else 0, step)


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def describe(lock: LockInfo) -> str:
    """Return one line that says who holds the lock and what to do about it."""
    own = lock.owner
    who = f"{own.get('who', 'somebody')} from {own.get('machine', 'somewhere')}"
    step = f", {lock.step}" if lock.step else ""
    run = f"run {own.get('run', '?')} ({own.get('task', '?')}) of {who}, {age(lock.age)} old{step}"
    if lock.state == "LIVE":
        return f"another run holds the lock: {run}. Watch it: {fab('runs.show')}"
    if lock.state == "RUNNING":
        return f"a step goes on without its operator: {run}. Take it up: {fab('resume')}"
    if lock.state == "FREE":
        return f"{run}, left behind: it holds nothing up. Its story: {fab(f'runs.show --run {lock.run}')}"
    back = "" if own.get("undo") == NO_UNDO else f" Take it back: {fab('undo')}."
    return (
        f"{run}, stopped half-way. Continue it: {fab('resume')}.{back} "
        "Or leave it as it is: the same command with --take-over"
    )
