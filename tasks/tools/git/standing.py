"""Where the host's checkout stands: its HEAD, its branch, and what was changed in it."""

from __future__ import annotations

from msgspec import Struct

from ...config.settings import Environment
from ...ssh import paths
from ...ssh.probe import Probe, single
from ...ssh.shell import Answer
from .commits import call, kept


class Head(Struct, frozen=True):
    """HEAD: a full hash, its commit's subject, and the branch; the branch is empty where HEAD is detached."""

    commit: str
    subject: str
    branch: str


class Changes(Struct, frozen=True):
    """Tracked files that were modified, and `kept`: the values of compose, modified.

    Those belong to the host: where no commit changes them, a checkout leaves them as they are.
    """

    modified: list[str]
    kept: list[str] = []


def head(environment: Environment) -> Probe[Head]:
    """Return the probe of the checkout's HEAD."""
    git = f"git -C {paths.app(environment)}"
    return single(f"{git} log -1 --format='%H %s' && {{ {git} symbolic-ref -q --short HEAD || :; }}", _head)


def changes(environment: Environment) -> Probe[Changes]:
    """Return the probe of what was changed in the checkout."""
    parts = {"status": f"git -C {paths.app(environment)} status --porcelain=v1 -z", "kept": kept(environment)}
    return Probe(parts, lambda answers: parse_changes(answers["status"].out, answers["kept"].out))


def moved(environment: Environment) -> Probe[float]:
    """Return the probe of when (seconds since the epoch) HEAD came to where it is; 0 where git does not say."""
    reflog = f"git -C {paths.app(environment)} log -g -1 --date=unix --format=%gd HEAD --"
    return single(f"{reflog} | tr -cd '0-9\\n' | cut -c 1-10", lambda answer: float(answer.out.strip() or 0))


def lacks_lfs(environment: Environment) -> Probe[str]:
    """Return the probe of why a checkout needs the git-lfs that the host lacks; empty: it does not."""
    return single(call(environment, "lacks-lfs.sh"), lambda answer: answer.out.strip())


def _head(answer: Answer) -> Head:
    first, _, branch = answer.out.strip().partition("\n")
    commit, _, subject = first.partition(" ")
    return Head(commit, subject, branch.strip())


def parse_changes(out: str, values: str) -> Changes:
    """Return the changes that `git status --porcelain=v1 -z` printed; `values` are the files that kept.sh printed."""
    modified, kept = [], values.splitlines()
    entries = iter(out.strip("\n").split("\0"))
    for entry in entries:
        code, name = entry[:2], entry[3:]
        if code[:1] in ("R", "C"):
            next(entries, None)
        if code != "??" and name and name not in kept:
            modified.append(name)
    return Changes(modified, kept)
