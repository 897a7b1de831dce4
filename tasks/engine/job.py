"""A step on the host: started once, in a session of its own, watched from here, its end written there."""

from __future__ import annotations

import base64
import json
from typing import NamedTuple

from msgspec import Struct

from ..ssh import scripts
from ..ssh.shell import quote
from . import process_tags as marks
from .plan import Step

PATIENCE = 20  # seconds for the engine to end what a step runs in containers
TIDY = 10  # seconds for what a stopped step does to tidy up
ENDED, CUT, FENCED = "ended", "cut", "fenced"

# Bookkeeping comes before the step: what cannot be written down is not begun. What a step leaves running
# would count as the step itself: it ends with it; after a signal, once it had time to tidy up. Who was killed
# outright passed no signal on.
JOB = (
    marks.functions()
    + """
n=$1; limit=$2; begin=$3; end=$4; mark=$5; tidy=$6
others() {
  found=1
  for p in $(marked "$mark"); do [ $p != $$ ] && kill -s $1 $p 2>/dev/null && found=0; done
  return $found
}
note() {
  [ -z "$(tail -c 1 journal 2>/dev/null)" ] || echo >> journal
  printf '{"at":%s,"event":"%s",%s}\\n' "$(date +%s.%N)" "$1" "$2" >> journal
}
set -C; echo $$ > "$n.pid" || exit 1; set +C
: > "$n.log" && note begin "$begin" || exit 1
trap : HUP INT TERM
timeout -k 10 "$limit" sh "$n.sh" >> "$n.log" 2>&1; rc=$?
[ $rc != 137 ] || others TERM
i=0; [ $rc -gt 128 ] || [ $rc = 124 ] || tidy=0
while [ $i -lt $((10 * tidy)) ] && others 0; do i=$((i+1)); sleep 0.1; done
others KILL
[ $rc -ne 0 ] || begin=$end
note end "$begin,\\"code\\":$rc"
echo $rc > "$n.rc.new" && mv "$n.rc.new" "$n.rc"
"""
)


class Try(Struct, frozen=True):
    """One try of one step of a run; `folder` is the run's folder on the host, as a shell word.

    `half` tells whether the host is half-done while the step runs or when it fails, `after` whether it
    still is when the step succeeded; None: the step does not matter for that.
    """

    folder: str
    run: str
    number: int
    step: Step
    attempt: int = 1
    half: bool | None = None
    after: bool | None = None

    @property
    def name(self) -> str:
        """What the files of this try are called."""
        return f"{label(self.number, self.step)}.{self.attempt}"

    @property
    def mark(self) -> str:
        """What the environment of every process of this try holds."""
        return marks.step(self.run, self.name)


class End(NamedTuple):
    """How a try ended: `code` is its exit code; `kind` CUT when it has none, FENCED when it was not begun."""

    kind: str
    code: int | None = None


def label(number: int, step: Step) -> str:
    """Return what a step is called in the journal."""
    return f"{number:02}-{step.name}"


def start(job: Try, token: str, nonce: str, seen: int = 0) -> str:
    """Return a script that begins `job`, unless it was begun before, watches it, and ends with `nonce` and its end.

    It is begun only while the lock is the one of client `token`. The first `seen` lines of the log are
    left out. A try that was begun is never begun again, whatever became of it.
    """
    text = _encoded(scripts.with_files(job.step.script))
    return "\n".join(
        [
            f"cd {job.folder} || exit 1; umask 077",
            f"n={quote(job.name)}",
            marks.functions(),
            'if [ ! -e "$n.pid" ]; then',
            f'if [ "$(cat ../../lock/token 2>/dev/null)" != {quote(token)} ]; then echo; echo {nonce} fenced; exit; fi',
            f'printf %s {text} | base64 -d > "$n.sh.$$" && mv "$n.sh.$$" "$n.sh" || exit 1',
            f'env {quote(job.mark)} setsid sh -c {quote(JOB)} job "$n" {job.step.timeout}'
            f" {_note(job, job.half)} {_note(job, job.after)} {quote(job.mark)} {TIDY}"
            ' >/dev/null 2>"$n.err" </dev/null &',
            'i=0; until [ -s "$n.pid" ] && [ -e "$n.log" ]; do i=$((i+1)); [ $i -lt 500 ] || break',
            f"sleep 0.01; [ $i -lt 20 ] || alive {quote(job.mark)} || break; done",
            'cat "$n.err" >&2',
            "fi",
            _watch(job, nonce, seen),
        ]
    )


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _note(job: Try, half: bool | None) -> str:
    fields: dict[str, object] = {"step": label(job.number, job.step), "try": job.attempt}
    if job.step.effects:
        fields["effects"] = job.step.effects
    if half is not None:
        fields["half"] = half
    return quote(json.dumps(fields, separators=(",", ":"))[1:-1])


def _watch(job: Try, nonce: str, seen: int) -> str:
    return "\n".join(
        [
            'p=$(cat "$n.pid" 2>/dev/null)',
            f'if [ -n "$p" ] && alive {quote(job.mark)}',
            f'then tail -q -n +{seen + 1} -s 0.02 --pid="$p" -f "$n.log"',
            f'else tail -q -n +{seen + 1} "$n.log" 2>/dev/null; fi',
            f'until [ -f "$n.rc" ]; do alive {quote(job.mark)} || break; sleep 0.02; done',
            f'[ -f "$n.rc" ] && echo && echo "{nonce} ended $(cat "$n.rc")" || {{ echo; echo {nonce} cut; }}',
        ]
    )


def stop(job: Try) -> str:
    """Return a script that ends every process of `job`, and what it runs in containers; its end is written down.

    It fails where something may still run: a process that stays, or containers of which the engine says nothing.
    """
    step = job.mark.partition("=")[2]
    return "\n".join(
        [
            f"cd {job.folder} && umask 077 || exit 1",
            f'n={quote(job.name)}; lead=$(cat "$n.pid" 2>/dev/null)',
            marks.functions(),
            f'others() {{ marked {quote(job.mark)} | grep -vx "$lead"; }}',
            'end() { for p in $(others); do kill -s "$1" "$p" 2>/dev/null; done; }',
            'there() { i=0; until [ -f "$n.rc" ] || ! kill -s 0 "$lead" 2>/dev/null || [ $i -ge "$1" ]; do',
            "i=$((i+1)); sleep 0.1; done; }",
            "end TERM",
            f"timeout -k 1 {PATIENCE} sh -c {quote(job.step.stop or ':')} stop {quote(step)} >/dev/null 2>&1",
            "stopped=$?",
            f"there {10 * (TIDY + 2)}",
            '[ -f "$n.rc" ] || { end KILL; there 50; }',
            f"i=0; while alive {quote(job.mark)} && [ $i -lt 10 ]; do i=$((i+1)); sleep 0.1; done",
            f"[ $stopped != 124 ] && ! alive {quote(job.mark)}",
        ]
    )


def ended(output: str, nonce: str) -> End | None:
    """Return how the try ended, from what the watcher printed; None: the watcher itself was cut off."""
    _log, found, tail = output.rpartition(f"\n{nonce} ")
    kind, _, code = tail.strip().partition(" ")
    if not found or kind not in (ENDED, CUT, FENCED):
        return None
    return End(kind, int(code)) if code.isdigit() else End(CUT if kind == ENDED else kind)
