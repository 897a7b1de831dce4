"""The commits of the host's checkout, and what is known of each: where HEAD stood, what was left, what runs."""

from __future__ import annotations

import re

from msgspec import Struct, field

from ...config.settings import Environment
from ...preflight import ledger
from ...ssh import paths, scripts
from ...ssh.shell import Answer, join
from ..compose import compose

SEPARATOR = "\x1f"
FORMAT = "%x1f".join(("%H", "%h", "%cd", "%an", "%s"))
DATES = "--date=format:%Y-%m-%d %H:%M"
POSITIONS = 50  # how far back the reflog is followed
KEPT = re.compile(r":([0-9a-f]{40})(?=\s|$)")


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


class Past(Struct, frozen=True):
    """Where HEAD stood, the newest first, each once; `left`: those that were left for an ancestor of theirs."""

    positions: list[str] = field(default_factory=list)
    left: set[str] = field(default_factory=set)
    running: dict[str, list[str]] = field(default_factory=dict)
    ledger: list[ledger.Entry] = field(default_factory=list)

    def marks(self, sha: str) -> str:
        """Return what is known of a commit, in a few words."""
        services, said = self.running.get(sha), ledger.standing(self.ledger).get(sha)
        known = (
            "HEAD" if self.positions[:1] == [sha] else "",
            f"runs: {', '.join(services)}" if services else "",
            said.event if said and said.event in (ledger.GOOD, ledger.BAD) else "",
            "rolled back" if sha in self.left and self.positions[:1] != [sha] else "",
            "deployed before" if sha in self.positions[1:] else "",
        )
        return "; ".join(filter(None, known))

    def before(self) -> str | None:
        """Return the commit deployed before the present one, those that were rolled back passed over."""
        bad = ledger.bad(self.ledger)
        return next((sha for sha in self.positions[1:] if sha not in self.left and sha not in bad), None)

    @property
    def chosen(self) -> bool:
        """Whether the present commit is recorded as good, or one that a rollback led to."""
        here, *before = self.positions or [""]
        said = ledger.standing(self.ledger).get(here)
        return said.event == ledger.GOOD if said else bool(before) and before[0] in self.left

    def good(self) -> ledger.Entry | None:
        """Return the release that was recorded as good last, the present one passed over."""
        return ledger.last_good(self.ledger, self.positions[0]) if self.positions else None


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


def questions(environment: Environment, count: int) -> dict[str, str]:
    """Return the read-only commands that tell the last `count` commits and the past, by name."""
    return {
        "log": show_log(environment, count),
        "past": show_past(environment),
        "running": show_running(environment),
        "ledger": f"cat {ledger.path(paths.state(environment))} 2>/dev/null || :",
    }


def read_past(answers: dict[str, Answer]) -> Past:
    """Return the past that the answers to `questions` describe."""
    lines = [line.split() for line in answers["past"].out.splitlines() if line]
    return Past(
        positions=list(dict.fromkeys(words[0] for words in lines)),
        left={words[0] for words in lines if words[1:] == ["left"]},
        running=parse_running(answers["running"].out),
        ledger=ledger.entries(answers["ledger"].out),
    )


def parse_running(out: str) -> dict[str, list[str]]:
    """Return the services that run an image kept for a commit, by the commit's hash."""
    services: dict[str, set[str]] = {}
    found: dict[str, set[str]] = {}
    for kind, image, rest in (line.split(" ", 2) for line in out.splitlines() if line.count(" ") >= 2):
        if kind == "container":
            services.setdefault(image, set()).add(rest.strip())
        for sha in KEPT.findall(rest) if kind == "image" else ():
            found.setdefault(sha, set()).update(services.get(image, ()))
    return {sha: sorted(names) for sha, names in found.items()}


def parse_commits(out: str) -> list[Commit]:
    """Return the commits printed in FORMAT."""
    lines = (line.split(SEPARATOR) for line in out.splitlines())
    return [Commit(*words) for words in lines if len(words) == 5 and ledger.HASH.fullmatch(words[0])]
