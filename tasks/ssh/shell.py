"""POSIX sh text: quoting, and several questions asked in one round trip."""

from __future__ import annotations

import secrets
import shlex
from collections.abc import Collection, Mapping
from typing import NamedTuple

quote = shlex.quote


class Word(str):
    """Text that is a word of a shell command already, quoted as it has to be."""


class Answer(NamedTuple):
    """What one section of a batch printed, and its exit code (127: it was not reached)."""

    out: str
    err: str
    code: int

    @property
    def ok(self) -> bool:
        """Whether the section ended with exit code 0."""
        return self.code == 0

    @property
    def known(self) -> bool:
        """Whether the section ended by itself: it was neither cut short by the time that there was, nor not reached."""
        return self.code not in (124, 127)


NOT_REACHED = Answer("", "", 127)
SIGNALS = {"HUP": 1, "INT": 2, "PIPE": 13, "TERM": 15}


def join(*words: str) -> str:
    """Return the words as one command line, every word quoted."""
    return shlex.join(words)


def home(path: str) -> Word:
    """Return a shell word for `path`; a relative one lies in the login's home."""
    if path.startswith("/"):
        return Word(quote(path))
    if path in ("~", "."):
        return Word('"$HOME"')
    return Word('"$HOME"/' + quote(path.removeprefix("~/")))


def at_exit(tidy: str) -> str:
    """Return a command that has `tidy` run at the end of the script, also when a signal ends it.

    `tidy` knows the exit code as `$code`, which it may set. The shell does not let a signal cut it short;
    commands that listen to signals on their own, as docker does, may still be ended.
    """
    deaf = f'trap "" {" ".join(SIGNALS)}'  # before anything else: the second signal often follows the first at once
    ends = "; ".join(f"trap '{deaf}; exit {128 + number}' {name}" for name, number in SIGNALS.items())
    once = f"code=$?; {deaf}; {tidy}; exit $code"
    return f"trap {quote(once)} EXIT; {ends}"


def nonce() -> str:
    """Return a word that no output can guess."""
    return secrets.token_hex(8)


def batch(commands: Mapping[str, str], delimiter: str, first: Collection[str] = ()) -> str:
    """Return one script that runs the commands side by side and tells their answers apart by `delimiter`.

    Each runs in a subshell. Where the host has no room for their output, one runs after the other.
    Those called `first` have ended before any other begins.
    """
    early = [name for name in commands if name in first]
    lines = [_alone(name, commands[name], delimiter) for name in early]
    later = {name: command for name, command in commands.items() if name not in first}
    lines += ["d=$(mktemp -d 2>/dev/null) || d=; " + at_exit('[ -z "$d" ] || rm -rf "$d"')]
    lines += [f"q{n}() (\n{command}\n)" for n, command in enumerate(later.values())]
    lines += [_side_by_side(n) for n in range(len(later))]
    for n, name in enumerate(later):
        begin = f"printf '\\n%s begin %s\\n' {delimiter} {quote(name)}"
        lines += [f"{begin}; {begin} >&2", _collected(n), f"printf '\\n%s end %s\\n' {delimiter} $r"]
    return "\n".join(lines)


def _alone(name: str, command: str, delimiter: str) -> str:
    begin = f"printf '\\n%s begin %s\\n' {delimiter} {quote(name)}"
    return f"{begin}; {begin} >&2\n(\n{command}\n)\nprintf '\\n%s end %s\\n' {delimiter} $?"


def _side_by_side(n: int) -> str:
    return f'[ -z "$d" ] || {{ q{n} </dev/null >"$d/{n}" 2>"$d/{n}e" & p{n}=$!; }}'


def _collected(n: int) -> str:
    later = f'wait $p{n}; r=$?; cat "$d/{n}"; cat "$d/{n}e" >&2'
    return f'if [ -n "$d" ]; then {later}; else q{n} </dev/null; r=$?; fi'


def answers(out: str, err: str, delimiter: str, unfinished: str = "") -> dict[str, Answer]:
    """Return the answers of a batch by name, from what it printed on both streams.

    A command that did not end has the exit code 124, and `unfinished` for a complaint.
    """
    complaints = {name: text.strip() for name, text in sections(err, f"{delimiter} begin")}
    found = {}
    for name, text in sections(out, f"{delimiter} begin"):
        body, ended, code = text.rpartition(f"\n{delimiter} end ")
        done = ended and code.strip().isdigit()
        found[name] = Answer(body, complaints.get(name, ""), int(code)) if done else Answer(text, unfinished, 124)
    return found


def sections(text: str, mark: str) -> list[tuple[str, str]]:
    """Return the parts of `text` that begin with a line of `mark` and a name: each name, and what stands below it."""
    parts = f"\n{text}".split(f"\n{mark} ")[1:]
    return [(name, body) for name, _, body in (part.partition("\n") for part in parts)]
