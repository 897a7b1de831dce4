"""One changing run at a time: a folder on the host, held while a client shows signs of life. Scripts, and words."""

from __future__ import annotations

import json

from ..console.units import age
from ..ssh.shell import quote
from . import process_tags as marks

SILENCE = 45  # seconds without one until the host takes the client for dead

# Which lock a client may replace: the state that `judge` prints, and the run that holds it.
NEW, OVER = "FREE:*", "FREE:*|DEAD:*"

JUDGE = """\
half() { sed -n 's/.*"half": *\\([a-z]*\\).*/\\1/p' "$S/runs/$1/journal" 2>/dev/null | tail -n 1; }
judge() {
  t=$(cat "$S/lock/token" 2>/dev/null); r=$(cat "$S/lock/run" 2>/dev/null)
  if alive "FAB_ROLLBACK_HOLDER=$t;"; then echo LIVE
  elif [ -n "$r" ] && alive "FAB_ROLLBACK_STEP=$r/"; then echo RUNNING
  elif [ "$(half "$r")" = true ]; then echo DEAD
  else echo FREE; fi
}"""

HOLD = f'exec 9>&-\nwhile [ -n "$(timeout {SILENCE} head -c 1)" ]; do :; done'


def resuming(run: str) -> str:
    """Return which lock the continuation of `run` may replace: its own, unless somebody is at it."""
    return f"FREE:*|DEAD:{run}|RUNNING:{run}"


def undoing(run: str) -> str:
    """Return which lock the way back from `run` may replace: that of the run, once it stopped."""
    return f"FREE:*|DEAD:{run}"


def take(folder: str, token: str, owner: dict, replace: str = NEW) -> str:
    """Return a script that takes the lock for `owner["run"]` and keeps it while its stdin shows signs of life.

    It has to run with the mark of `token`. It prints TAKEN; or what `show` prints. `replace` are
    patterns of `judge` and run: which lock that is there may be replaced. A lock that holds nothing up
    (its run ended, or had changed nothing when its client went away) is FREE.
    """
    return "\n".join(
        [
            "exec 2>&1; umask 077",
            f'S={folder}; mkdir -p "$S/runs" && chmod 700 "$S/.." "$S" "$S/runs" || exit 1',
            marks.functions(),
            JUDGE,
            "command -v flock setsid >/dev/null || { echo 'flock and setsid (util-linux) are needed'; exit 1; }",
            'exec 9>"$S/mutex" && flock -w 20 9 || exit 1',
            _leave(owner["run"]),
            'N="$S/lock.new"; rm -rf "$N"; mkdir "$N" || exit 1',
            f'echo {quote(token)} > "$N/token" && echo {quote(owner["run"])} > "$N/run" || exit 1',
            f'printf \'%s\\n\' {quote(json.dumps(owner))} > "$N/owner" && date +%s > "$N/since" || exit 1',
            'if [ -d "$S/lock" ]; then case "$(judge):$(cat "$S/lock/run")" in',
            f'{_patterns(replace)}) leave; rm -rf "$S/lock" ;; esac; fi',
            'if mv -T "$N" "$S/lock" 2>/dev/null; then echo TAKEN',
            HOLD,
            "exit; fi",
            'rm -rf "$N"',
            _show(),
        ]
    )


def _patterns(replace: str) -> str:
    return "|".join(
        f"{state}:{'*' if run == '*' else quote(run)}"
        for state, _, run in (p.partition(":") for p in replace.split("|"))
    )


def _leave(run: str) -> str:
    """Return sh text that defines `leave`: a half-done run whose lock another one takes is over."""
    entry = quote(f'"event":"left","half":false,"by":"{run}"}}')
    return (
        'leave() { r=$(cat "$S/lock/run"); [ "$(half "$r")" = true ] || return 0\n'
        f'[ "$r" = {quote(run)} ] || printf \'\\n{{"at":%s,%s\\n\' "$(date +%s)" {entry} >> "$S/runs/$r/journal"; }}'
    )


def _show() -> str:
    return (
        'judge; cat "$S/lock/owner"; echo $(( $(date +%s) - $(cat "$S/lock/since") ))\n'
        'grep \'"step"\' "$S/runs/$(cat "$S/lock/run")/journal" 2>/dev/null | tail -n 1'
    )


def show(folder: str) -> str:
    """Return a read-only command that prints nothing (no lock), or LIVE, RUNNING, DEAD or FREE.

    Then follow, a line each: the owner as JSON, the age in seconds, the last line of the journal about a step.
    """
    return "\n".join([f"S={folder}", marks.functions(), JUDGE, f'if [ -d "$S/lock" ]; then {_show()}; fi'])


def renew(folder: str, token: str) -> str:
    """Return a script that keeps the lock anew after its holder died with a connection; HELD, or LOST."""
    return "\n".join(
        [
            f'S={folder}; [ "$(cat "$S/lock/token" 2>/dev/null)" = {quote(token)} ] || {{ echo LOST; exit 3; }}',
            "echo HELD",
            HOLD,
        ]
    )


def release(folder: str, token: str) -> str:
    """Return a script that gives the lock back if the client `token` still has it."""
    return (
        f'S={folder}; exec 9>"$S/mutex" && flock -w 20 9 || exit 1\n'
        f'[ "$(cat "$S/lock/token" 2>/dev/null)" = {quote(token)} ] || exit 0; rm -rf "$S/lock"'
    )


def describe(state: str, lines: list[str]) -> str:
    """Return one line that says who holds the lock and what to do about it."""
    owner, age, step = _read(lines)
    who = f"{owner.get('who', 'somebody')} from {owner.get('machine', 'somewhere')}"
    run = f"run {owner.get('run', '?')} ({owner.get('task', '?')}) of {who}, {age}{step}"
    if state == "LIVE":
        return f"another run holds the lock: {run}. Watch it: fab runs.show"
    if state == "RUNNING":
        return f"a step goes on without its operator: {run}. Take it up: fab resume"
    return (
        f"{run}, stopped half-way. Continue it: fab resume. Take it back: fab undo. "
        "Or leave it as it is: the same command with --take-over"
    )


def _read(lines: list[str]) -> tuple[dict, str, str]:
    owner, seconds, entry = (*lines, "", "", "")[:3]
    event = _object(entry)
    step = f", {event['event']} of step {event['step']}" if {"event", "step"} <= event.keys() else ""
    return _object(owner), f"{age(int(seconds) if seconds.lstrip('-').isdigit() else 0)} old", step


def _object(text: str) -> dict:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
