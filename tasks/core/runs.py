"""The run's folder on the host: the plan, the journal, each step's log and exit code."""

from __future__ import annotations

import json

import msgspec

from .plan import Plan
from .shell import quote


def begin(folder: str, owner: dict, plan: Plan) -> str:
    """Return a script that writes the plan below the state folder (a shell word)."""
    text = msgspec.json.encode({"owner": owner, "plan": plan}).decode()
    entry = json.dumps({"event": "run", **owner})
    return "\n".join(
        [
            f"set -eu; umask 077; mkdir -p {folder}/runs/{plan.run}; cd {folder}/runs/{plan.run}",
            f"printf '%s\\n' {quote(text)} > plan.new; mv plan.new plan.json",
            f"printf '%s\\n' {quote(entry)} >> journal",
        ]
    )


def finish(run_folder: str, record: dict | None, folder: str) -> str:
    """Return a script that closes the journal as proven and writes `record` into the ledger."""
    lines = [f"set -eu; umask 077; cd {run_folder}"]
    lines.append('printf \'{"at":%s,"event":"proven"}\\n\' "$(date +%s.%N)" >> journal')
    if record:
        text = json.dumps(record)[1:]
        lines.append(f'printf \'{{"at":%s,%s\\n\' "$(date +%s)" {quote(text)} >> {folder}/releases.jsonl')
    return "\n".join(lines)


def outage_began(run_folder: str, plan: Plan) -> str:
    """Return a command that prints the host's clock (seconds) when the first step with an outage began."""
    number, step = next(((n, s) for n, s in enumerate(plan.steps, start=1) if s.outage), (0, None))
    name = f"{number:02}-{step.name}" if step else "-"
    return (
        f'cd {run_folder} && grep \'"event":"begin","step":"{name}"\' journal'
        " | head -n 1 | sed 's/.*\"at\":\\([0-9.]*\\).*/\\1/'"
    )


def read_journal(text: str) -> list[dict]:
    """Return the entries of a journal; a line torn by a crash is passed over."""
    entries = []
    for line in text.splitlines():
        try:
            entries.append(json.loads(line))
        except ValueError:
            continue
    return [e for e in entries if isinstance(e, dict)]
