"""A step on the host: started in a session of its own, watched from here, its end written there."""

from __future__ import annotations

from .plan import Step
from .shell import quote

END = "end of step"


def start(run: str, number: int, step: Step, mark: str) -> str:
    """Return a script that starts `step` in the run's folder (a shell word), unless it ran, and watches it.

    The step outlives the connection: it has its own session, log and exit code. A step that runs is
    watched, one that ended is reported; one that was cut off is started again.
    """
    name = f"{number:02}-{step.name}"
    return "\n".join(
        [
            f"cd {run} || exit 1",
            "umask 077",
            f"n={quote(name)}",
            alive("$n"),
            'if [ ! -f "$n.rc" ] && ! alive; then',
            f'printf %s {quote(step.script)} > "$n.sh"',
            ': > "$n.log"',
            f'setsid sh -c {quote(_job(step.timeout))} job "$n" >/dev/null 2>&1 </dev/null &',
            'echo $! > "$n.pid"',
            "fi",
            watch(mark),
        ]
    )


def _job(timeout: int) -> str:
    return (
        'n=$1; note() { printf \'{"at":%s,"event":"%s","step":"%s"%s}\\n\' "$(date +%s.%N)" "$@" >> journal; }\n'
        'note begin "$n" ""\n'
        f'timeout -k 10 {timeout} sh "$n.sh" >> "$n.log" 2>&1; rc=$?\n'
        'note end "$n" ",\\"code\\":$rc"\n'
        'echo $rc > "$n.rc.new"; mv "$n.rc.new" "$n.rc"'
    )


def alive(name: str) -> str:
    """Return a definition of `alive`: whether the job of step `name` (sh text) runs."""
    return (
        f'alive() {{ p=$(cat "{name}.pid" 2>/dev/null) && [ -n "$p" ] && kill -0 "$p" 2>/dev/null'
        ' && grep -q "job" "/proc/$p/cmdline" 2>/dev/null; }'
    )


def watch(mark: str) -> str:
    """Return sh text that shows the log of step `$n` as it grows and ends with `mark` and the exit code."""
    return (
        'p=$(cat "$n.pid" 2>/dev/null)\n'
        '[ -n "$p" ] && alive && tail -q -n +1 -s 0.05 --pid="$p" -f "$n.log" || cat "$n.log"\n'
        'i=0; while [ ! -f "$n.rc" ] && alive && [ $i -lt 50 ]; do i=$((i+1)); sleep 0.02; done\n'
        f'printf \'\\n%s %s\\n\' {mark} "$(cat "$n.rc" 2>/dev/null || echo none)"'
    )


def stop(run: str, number: int, step: Step) -> str:
    """Return a script that ends the running step and everything in its session."""
    name = f"{number:02}-{step.name}"
    return f'cd {run} && p=$(cat {quote(name)}.pid) && kill -TERM -- "-$p"'


def ended(output: str, mark: str) -> tuple[str, int | None]:
    """Return the log and the exit code from what the watcher printed; None: the step's end is unknown."""
    log, found, tail = output.rpartition(f"\n{mark} ")
    code = tail.strip()
    return (log, int(code)) if found and code.isdigit() else (output, None)
