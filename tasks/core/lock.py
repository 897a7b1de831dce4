"""One changing run at a time: a folder on the host, held for as long as this client lives."""

from __future__ import annotations

import json

from .errors import ConnectionLost, Held
from .host import Host
from .shell import quote

HOLDER = 'p=$(cat "$S/lock/holder" 2>/dev/null) && [ -n "$p" ] && [ "$(cat "/proc/$p/comm" 2>/dev/null)" = cat ]'
BUSY = (
    'for f in "$S/runs/$(cat "$S/lock/run" 2>/dev/null)"/*.pid; do [ -f "$f" ] || continue; '
    'p=$(cat "$f"); grep -q job "/proc/$p/cmdline" 2>/dev/null && [ ! -f "${f%.pid}.rc" ] && exit 0; done; exit 1'
)


def take(folder: str, run: str, owner: dict, over: bool = False) -> str:
    """Return a script that takes the lock for `run` and keeps it until its stdin ends.

    It prints TAKEN; or LIVE or DEAD (the client of the run that holds the lock is gone) and that
    run's owner as JSON. `over` takes a dead run's lock.
    """
    lines = [
        f'S={folder}; umask 077; mkdir -p "$S/runs" && chmod 700 "$S" || exit 1',
        'N="$S/lock.$$"; mkdir "$N" || exit 1; trap \'rm -rf "$N"\' EXIT',
        f'echo $$ > "$N/holder"; echo {quote(run)} > "$N/run"',
        f"printf '%s\\n' {quote(json.dumps(owner))} > \"$N/owner\"",
        f"live() {{ {HOLDER}; }}; busy() ( {BUSY} )",
    ]
    if over:
        lines.append(
            'if [ -d "$S/lock" ] && ! live && ! busy; then mv -T "$S/lock" "$S/stale.$$" && rm -rf "$S/stale.$$"; fi'
        )
    lines += [
        'if mv -T "$N" "$S/lock" 2>/dev/null; then trap - EXIT; echo TAKEN; exec cat >/dev/null; fi',
        'if live || busy; then echo LIVE; else echo DEAD; fi; cat "$S/lock/owner"; echo; exit 3',
    ]
    return "\n".join(lines)


def release(folder: str, run: str) -> str:
    """Return a script that gives the lock back if `run` still holds it."""
    return (
        f'S={folder}; [ "$(cat "$S/lock/run" 2>/dev/null)" = {quote(run)} ] || exit 0; '
        'mv -T "$S/lock" "$S/free.$$" && rm -rf "$S/free.$$"'
    )


class Lock:
    """The lock of one deployment on one host; it ends with `release` or with this process."""

    def __init__(self, host: Host, folder: str, run: str) -> None:
        self.host, self.folder, self.run = host, folder, run
        self._channel = None

    def take(self, owner: dict, over: bool = False) -> None:
        """Take the lock or raise Held, naming who has it and what to type."""
        self._channel = self.host.open_channel(take(self.folder, self.run, owner, over))
        with self._channel.makefile("r") as lines:
            answer = lines.readline().strip()
            if answer == "TAKEN":
                return
            held = lines.readline()
        self._channel.close()
        if answer not in ("LIVE", "DEAD"):
            raise ConnectionLost(f"{self.host.address}: the lock could not be taken: {answer or 'no answer'}")
        raise Held(describe(self.host.address, held, live=answer == "LIVE"))

    def release(self) -> None:
        """Give the lock back."""
        self.host.sh(release(self.folder, self.run))
        if self._channel:
            self._channel.close()


def describe(address: str, held: str, live: bool) -> str:
    """Return one line that says who holds the lock and what to do about it."""
    try:
        owner = json.loads(held)
    except ValueError:
        owner = {}
    who = f"{owner.get('who', 'somebody')} from {owner.get('machine', 'somewhere')}"
    what = f"run {owner.get('run', '?')} ({owner.get('task', '?')}), since {owner.get('since', '?')}"
    if live:
        return f"{address}: another run holds the lock: {what}, by {who}. Watch it: fab runs.show"
    return (
        f"{address}: {what}, by {who}, was cut off and still holds the lock. "
        "Continue it: fab resume. Or leave it as it is: the same command with --take-over"
    )
