"""The commits of the host's checkout, and what is known of each: where HEAD stood, what was left, what runs."""

from __future__ import annotations

import re

from msgspec import Struct

from ...config.settings import Environment
from ...ssh import paths, scripts
from ...ssh.shell import join
from ..compose import compose

SEPARATOR = "\x1f"
FORMAT = "%x1f".join(("%H", "%h", "%cd", "%an", "%s"))
DATES = "--date=format:%Y-%m-%d %H:%M"
POSITIONS = 50  # how far back the reflog is followed
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


def show_past(environment: Environment) -> str:
    """Return the command that prints the hashes HEAD stood on, newest first; `left` marks those it went back from."""
    return call(environment, "past.sh", str(POSITIONS))


def show_running(environment: Environment) -> str:
    """Return the command that prints `container IMAGE SERVICE` and `image IMAGE NAMES` for what runs."""
    return compose.call(environment, "what-runs.sh")


def parse_commits(out: str) -> list[Commit]:
    """Return the commits printed in FORMAT."""
    lines = (line.split(SEPARATOR) for line in out.splitlines())
    return [Commit(*words) for words in lines if len(words) == 5 and HASH.fullmatch(words[0])]
