"""The run's folder on the host: the plan, the scripts, the journal, each step's log and exit code."""

from __future__ import annotations

import contextlib
import getpass
import json
import socket
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ..config.settings import Environment
from ..console.errors import Failed, Refused
from ..console.text import last_line
from ..console.units import moment
from ..ssh import paths, scripts
from ..ssh.host import Host
from ..ssh.parallel import parallel_map
from ..ssh.probe import Probe, single
from ..ssh.shell import Answer, Word, join, quote
from . import journaled, plan_file
from .journaled import Entry
from .plan import Plan, Step, label

CHUNK = 90_000  # bytes of base64 that go into one command
MOVED = 9  # exit code of a begin that came too late
# The engine's own scripts that work in a run's folder, with all that they need.
OWN = " ".join(f"$SCRIPTS/engine/{name}.sh" for name in ("watch-step", "stop-step", "note", "close-run"))


def owner(plan: Plan) -> dict[str, str]:
    """Return who runs `plan`, from where and since when, for the lock, the journal and the ledger."""
    return {
        "run": plan.run,
        "task": plan.task,
        "who": getpass.getuser(),
        "machine": socket.gethostname(),
        "since": moment(time.time()),
        **({"because": plan.because} if plan.because else {}),
    }


def folder(environment: Environment, run: str) -> Word:
    """Return the folder of a run, as a shell word."""
    return Word(f"{paths.state(environment)}/runs/{quote(run)}")


def inside(run_folder: Word, file: str, *arguments: str, **variables: str) -> str:
    """Return the command that runs one of the engine's scripts as it lies in a run's folder, there."""
    given = "".join(f"{name}={quote(value)} " for name, value in variables.items())
    there = f'{scripts.LOGIN} && cd {run_folder} && export SCRIPTS="$PWD/scripts" ROUND='
    return f"{there} && {given}sh scripts/engine/{file} {join(*arguments)}"


def files(owner: dict[str, str], plan: Plan) -> dict[str, str]:
    """Return what is laid into the run's folder before its first step: text by name."""
    laid = {"plan.new": plan_file.written(owner, plan)}
    for number, step in enumerate(plan.steps, start=1):
        for one in (step, step.amends):
            laid |= _scripts(label(number, one), one) if one else {}
    if plan.closing:
        laid["closing.sh"] = plan.closing
    needed = scripts.needed(OWN, *laid.values())
    return laid | {f"scripts/{name}": text for name, text in needed.items()}


def _scripts(name: str, step: Step) -> dict[str, str]:
    stop = {f"{name}.stop.sh": step.stop} if step.stop else {}
    return {**step.files, f"{name}.sh": step.script, **stop}


def begin(environment: Environment, owner: dict[str, str], plan: Plan) -> Iterator[str]:
    """Yield commands that lay the run's files into its folder and write the journal's first line.

    The first of them ends with MOVED, before it writes anything, where the journals say something else than
    `plan.activity`.
    """
    first, *others = pieces(scripts.packed(files(owner, plan)))
    said = [{"SEEN": plan.activity or "any", "ENTRY": ""}, *({"SEEN": "", "ENTRY": ""} for _ in others)]
    said[-1]["ENTRY"] = _entry("run", **owner)
    for piece, variables in zip((first, *others), said, strict=True):
        yield scripts.call("engine/begin-run.sh", piece, STATE=paths.state(environment), RUN=plan.run, **variables)


def pieces(archive: str) -> list[str]:
    """Return an archive in parts that go into one command each."""
    return [archive[at : at + CHUNK] for at in range(0, len(archive), CHUNK)]


def _entry(event: str, **fields: object) -> str:
    return json.dumps({"event": event, **fields}, separators=(",", ":"))[1:]


def note(run_folder: Word, event: str, **fields: object) -> str:
    """Return the command that adds an entry to the journal of a run."""
    return inside(run_folder, "note.sh", _entry(event, **fields))


def note_everywhere(fleet: Sequence[Host], run_folder: Word, event: str, **fields: object) -> None:
    """Add an entry to the journal of a run on every host that can be reached."""

    def write(member: Host) -> None:
        with contextlib.suppress(Failed, OSError, EOFError, KeyboardInterrupt):
            member.sh(note(run_folder, event, **fields), timeout=20)

    parallel_map(fleet, write)


def resumed(run_folder: Word, owner: dict[str, str]) -> str:
    """Return the command that notes who takes a run up again."""
    return inside(run_folder, "note.sh", _entry("resumed", **owner), "working")


def finish(
    run_folder: Word,
    owner: dict[str, str],
    times: Mapping[str, float | None] | None = None,
    in_step: Iterable[str] = (),
    left_out: Sequence[str] = (),
) -> str:
    """Return the command that does what the plan does once it is proven, and closes the journal.

    `left_out` is what the proof did not require, and is not well; `in_step` are addresses of hosts that need not be
    remembered as out of step any more. `times` are those of the outcome, by their names, where they are known.
    """
    known = {name.upper(): owner[name] for name in ("run", "task", "who", "machine")}
    noted = {**(times or {}), "left_out": list(left_out) or None}
    said = {name: value for name, value in noted.items() if value is not None}
    return inside(run_folder, "close-run.sh", _entry("proven", half=False, **said), *in_step, **known)


def activity(environment: Environment) -> Probe[str]:
    """Return the probe of something that is different once any run has begun or ended a step.

    It is read before all else: what is read after it is what a plan stands on.
    """
    command = scripts.call("engine/activity.sh", STATE=paths.state(environment))
    return Probe({"": command}, lambda answers: answers[""].out.strip(), first=True)


def barred(environment: Environment) -> Probe[str | None]:
    """Return the probe of why the login may not write the state folder; empty: it may, None: not told in time."""
    command = scripts.call("engine/may-write.sh", STATE=paths.state(environment))
    return single(command, lambda answer: ("" if answer.ok else last_line(answer.err)) if answer.known else None)


def every(environment: Environment, count: int, events: Iterable[str] = ()) -> Probe[dict[str, list[Entry]]]:
    """Return the probe of the journals of the last `count` runs, by the name of the run, the oldest first.

    Of `events`, where any are named, only these entries. It raises Refused where the login may not read them.
    """
    wanted = [f'"event":"({"|".join(events)})"'] if events else []
    command = scripts.call("engine/list-runs.sh", str(count), *wanted, STATE=paths.state(environment))
    return single(command, _journals)


def _journals(answer: Answer) -> dict[str, list[Entry]]:
    if answer.code == 1:
        raise Refused(f"the runs cannot be read: {last_line(answer.err)}.")
    return journaled.journals(answer.out)


def log_of(run_folder: Word, name: str, lines: int) -> Probe[str]:
    """Return the probe of the last `lines` lines of the log of a try."""
    command = f"cd {run_folder} && tail -n {lines} {quote(name)}.log 2>/dev/null | tail -c 16000"
    return single(command, lambda answer: answer.out.strip("\n"))
