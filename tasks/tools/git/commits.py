"""The commits of the host's checkout: which there are, where HEAD stood, and what one of them brings."""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import Struct

from ...config.settings import Environment
from ...ssh import paths, scripts
from ...ssh.probe import Probe, single
from ...ssh.shell import join

SEPARATOR = "\x1f"
SHORT = 12  # characters of a hash that are shown, everywhere
FORMAT = "%x1f".join(("%H", "%cd", "%an", "%s"))
DATES = "--date=format:%Y-%m-%d %H:%M"
FOLLOWED = 50  # how far back the reflog is followed
HASH = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")


class Commit(Struct, frozen=True):
    """One commit of the host's checkout."""

    sha: str
    short: str
    date: str
    author: str
    subject: str

    @property
    def title(self) -> str:
        """Return hash and subject, as git shows them."""
        return f"{self.short} ({self.subject})"


class Positions(Struct, frozen=True):
    """The commits that HEAD stood on, the newest first, each once; `left`: those left for an ancestor of theirs.

    `back`: whether that is how HEAD came to where it is.
    """

    commits: list[str]
    left: set[str]
    back: bool


def git(environment: Environment, *words: str) -> str:
    """Return a git command that runs in the checkout."""
    return f"git -C {paths.app(environment)} {join(*words)}"


def call(environment: Environment, script: str, *words: str, **variables: str) -> str:
    """Return the command that runs `script`, a file beside this one, with the arguments `words` and variables."""
    return scripts.call(f"tools/git/{script}", *words, APP=paths.app(environment), **variables)


def show_log(environment: Environment, count: int) -> str:
    """Return the command that prints the last `count` commits of HEAD and the branch."""
    branch = git(environment, "rev-parse", "--verify", "-q", f"refs/heads/{environment.app.branch}")
    return f"{git(environment, 'log', f'-{count}', f'--format={FORMAT}', DATES, 'HEAD')} $({branch} || :) --"


def show_one(environment: Environment, ref: str) -> str:
    """Return the command that prints the commit `ref` names; it fails where there is none."""
    verify = git(environment, "rev-parse", "--verify", "-q", "--end-of-options", f"{ref}^{{commit}}")
    return f'sha=$({verify}) && {git(environment, "log", "-1", f"--format={FORMAT}", DATES)} "$sha" --'


def positions(environment: Environment) -> Probe[Positions]:
    """Return the probe of where HEAD stood."""
    return single(call(environment, "past.sh", str(FOLLOWED)), lambda answer: parse_positions(answer.out))


def contained(environment: Environment, shas: Iterable[str], sha: str) -> Probe[list[Commit]]:
    """Return the probe of those commits of `shas` that the history of `sha` contains."""
    command = call(environment, "contained.sh", sha, *sorted(shas), FORMAT=FORMAT, DATES=DATES)
    return single(command, lambda answer: parse_commits(answer.out))


def in_the_way(environment: Environment, ref: str) -> str:
    """Return a command that prints untracked files, ignored ones too, which the commit `ref` would overwrite.

    And the values of compose, where both the host and the commit have changed them.
    """
    brought = git(environment, "ls-tree", "-r", "--name-only", "--full-tree", ref)
    both = f"{{ {git(environment, 'ls-files', '-o', '--full-name', ':/')}; {brought}; }} | sort | uniq -d"
    there = git(environment, "-c", "core.quotePath=false", "diff", "--name-only", "HEAD", ref, "--")
    return f"{both}; {{ {kept(environment)}; {there}; }} | sort | uniq -d"


def kept(environment: Environment) -> str:
    """Return a command that prints the values of compose that git knows and that were changed on the host."""
    return call(environment, "kept.sh")


def changed(environment: Environment, ref: str) -> str:
    """Return a command that prints the files of the checkout that the commit `ref` has otherwise than HEAD."""
    return git(environment, "diff", "--name-only", "--relative", "HEAD", ref)


def parse_positions(out: str) -> Positions:
    """Return the positions that past.sh printed."""
    lines = [line.split() for line in out.splitlines() if line]
    left = {words[0] for words in lines if words[1:] == ["left"]}
    back = any(words[1:] == ["left"] for words in lines[1:2])
    return Positions(list(dict.fromkeys(words[0] for words in lines)), left, back)


def parse_commits(out: str) -> list[Commit]:
    """Return the commits printed in FORMAT."""
    lines = (line.split(SEPARATOR) for line in out.splitlines())
    known = (words for words in lines if len(words) == 4 and HASH.fullmatch(words[0]))
    return [Commit(sha, sha[:SHORT], *others) for sha, *others in known]
