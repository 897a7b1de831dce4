"""The run's folder on the host: the plan, the journal, each step's log and exit code."""

from __future__ import annotations

import base64
import getpass
import json
import socket
import time
from collections.abc import Iterator

import msgspec

from ..config.settings import Environment
from ..console.units import moment
from ..ssh import paths
from ..ssh.probe import Probe
from ..ssh.shell import quote
from . import process_tags as marks
from .lock import show
from .plan import Plan

CHUNK = 90_000  # bytes of base64 that go into one command
MOVED = 9  # exit code of a begin that came too late
SYNC = "sync plan.new 2>/dev/null || :"  # a host that loses its power may lose later what was written first
NOTE = (
    'note() { [ -z "$(tail -c 1 journal 2>/dev/null)" ] || echo >> journal\n'
    'printf \'{"at":%s,%s\\n\' "$(date +%s.%N)" "$1" >> journal; }'
)


def owner(plan: Plan) -> dict:
    """Return who runs `plan`, from where and since when, for the lock, the journal and the ledger."""
    return {
        "run": plan.run,
        "task": plan.task,
        "who": getpass.getuser(),
        "machine": socket.gethostname(),
        "since": moment(time.time()),
    }


def begin(folder: str, owner: dict, plan: Plan, seen: str = "") -> Iterator[str]:
    """Yield scripts that write the plan and the journal's first line below the state folder (a shell word).

    The first of them ends with MOVED, before it writes anything, where the journals say something else than `seen`.
    """
    run = f"{folder}/runs/{plan.run}"
    encoded = base64.b64encode(msgspec.json.encode({"owner": owner, "plan": plan})).decode()
    still = f'[ "$({activity_command(folder)})" = {quote(seen)} ] || exit {MOVED}; ' if seen else ""
    before = f"set -eu; umask 077; {still}mkdir -p {run}; : > {run}/plan.new\n"
    for at in range(0, len(encoded), CHUNK):
        last = at + CHUNK >= len(encoded)
        after = f"cd {run}; [ -s plan.new ]; {SYNC}; mv plan.new plan.json\n{_at_work('run', owner)}" if last else ""
        yield f"{before}printf %s {encoded[at : at + CHUNK]} | base64 -d >> {run}/plan.new\n{after}"
        before = "set -eu; umask 077\n"


def note(run_folder: str, event: str, **fields: object) -> str:
    """Return a script that adds an entry to the journal of a run."""
    return f"set -eu; umask 077; cd {run_folder}\n{_noted(event, **fields)}"


def resumed(run_folder: str, owner: dict) -> str:
    """Return a script that notes who takes a run up again."""
    return f"set -eu; umask 077; cd {run_folder}\n{_at_work('resumed', owner)}"


def _at_work(event: str, owner: dict) -> str:
    """Return sh text that notes who works on a run, which is the last one from then on, whatever the clock says."""
    return f'{_noted(event, **owner)}\necho "${{PWD##*/}}" > ../../last.new; mv ../../last.new ../../last'


def _noted(event: str, **fields: object) -> str:
    return f"{NOTE}\nnote {quote(json.dumps({'event': event, **fields}, separators=(',', ':'))[1:])}"


def finish(run_folder: str, plan: Plan) -> str:
    """Return a script that runs what closes the plan, and closes the journal as proven."""
    own = owner(plan)
    known = {"RUN": own["run"], "TASK": own["task"], "WHO": own["who"], "MACHINE": own["machine"]}
    named = "; ".join(f"{name}={quote(value)}; export {name}" for name, value in known.items())
    closing = [f"{named}\n( {plan.closing}\n) || exit"] if plan.closing else []
    return "\n".join([*closing, note(run_folder, "proven", half=False)])


def activity(environment: Environment) -> Probe[str]:
    """Return the probe of something that is different once any run has begun or ended a step.

    It is read before all else: what is read after it is what a plan stands on.
    """
    command = activity_command(paths.state(environment))
    return Probe({"": command}, lambda answers: answers[""].out.strip(), first=True)


def activity_command(folder: str) -> str:
    """Return the command of `activity`, for the state folder (a shell word).

    That its lock was taken over is noted in a run's journal as well, but changes nothing on the host.
    """
    return f"cat {folder}/runs/*/journal 2>/dev/null | grep '\"step\"' | cksum"


def outage_began(run_folder: str, plan: Plan) -> str:
    """Return a command that prints the host's clock (seconds) when the first step with an outage began."""
    number, step = next(((n, s) for n, s in enumerate(plan.steps, start=1) if s.outage), (0, None))
    name = f"{number:02}-{step.name}" if step else "-"
    return (
        f'cd {run_folder} && grep \'"event":"begin","step":"{name}"\' journal'
        " | head -n 1 | sed 's/.*\"at\":\\([0-9.]*\\).*/\\1/'"
    )


def questions(folder: str, run: str = "") -> dict[str, str]:
    """Return read-only commands about a run (the last one without `run`): plan, journal, tries and lock."""
    chosen = quote(run) if run else '"$(cat last 2>/dev/null || ls -1t runs 2>/dev/null | head -n 1)"'
    enter = f"cd {folder} 2>/dev/null && cd runs/{chosen} 2>/dev/null"
    tries = (
        f'{marks.functions()}\nfor f in *.pid; do [ -e "$f" ] || continue; n=${{f%.pid}}\n'
        f'alive "{marks.STEP}=$(basename "$PWD")/$n;" && a=alive || a=gone\n'
        'printf \'%s %s %s\\n\' "$n" "$a" "$(cat "$n.rc" 2>/dev/null)"; done'
    )
    return {
        "plan": f"{enter} && cat plan.json",
        "journal": f"{enter} && cat journal",
        "tries": f"{enter} && {tries}",
        "lock": show(folder),
        "holder": f"cat {folder}/lock/run 2>/dev/null || :",
        "now": "date +%s",
    }


def every(folder: str, count: int) -> str:
    """Return a command that prints the names and journals of the last `count` runs."""
    return "\n".join(
        [
            f"cd {folder}/runs 2>/dev/null || exit 0",
            f'for r in $(ls -1tr | tail -n {count}); do echo "= $r"; cat "$r/journal" 2>/dev/null; echo; done',
        ]
    )


def journals(out: str) -> dict[str, list[dict]]:
    """Return the journals that `every` printed, by the name of the run, in its order."""
    parts = (part.partition("\n") for part in f"\n{out}".split("\n= ")[1:])
    return {name.strip(): read_journal(text) for name, _, text in parts}


def log_of(run_folder: str, name: str, lines: int) -> str:
    """Return a command that prints the last `lines` lines of the log of a try."""
    return f"cd {run_folder} && tail -n {lines} {quote(name)}.log 2>/dev/null | tail -c 16000"


def read_journal(text: str) -> list[dict]:
    """Return the entries of a journal; a line torn by a crash is passed over."""
    entries = []
    for line in text.splitlines():
        try:
            entries.append(json.loads(line))
        except ValueError:
            continue
    return [e for e in entries if isinstance(e, dict)]
