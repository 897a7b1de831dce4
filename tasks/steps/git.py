"""The code: which commits there are, which one was good, and putting the checkout on it."""

from __future__ import annotations

from msgspec import Struct

from ..core import compose, console
from ..core.errors import Refused
from ..core.plan import Expectation, Plan, Step
from ..core.settings import Environment
from ..core.shell import join, quote
from ..core.task import change, task

SEPARATOR = "\x1f"
FORMAT = "%x1f".join(("%H", "%h", "%cd", "%an", "%s"))
SHORT = 12


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
    return f"git -C {compose.app(environment)} {join(*words)}"


def show_log(environment: Environment, count: int) -> str:
    """Return the command that prints the last `count` commits of HEAD and the branch."""
    branch = quote(environment.app.branch)
    dates = "--date=format:'%Y-%m-%d %H:%M'"
    command = git(environment, "log", f"-{count}", f"--format={FORMAT}")
    known = f"$({git(environment, 'rev-parse', '--verify', '-q')} refs/heads/{branch} || :)"
    return f"{command} {dates} HEAD {known} --"


def show_one(environment: Environment, ref: str) -> str:
    """Return the command that prints the commit `ref` names; it fails where there is none."""
    verify = git(environment, "rev-parse", "--verify", "-q", "--end-of-options", f"{ref}^{{commit}}")
    dates = "--date=format:'%Y-%m-%d %H:%M'"
    return f'sha=$({verify}) && {git(environment, "log", "-1", f"--format={FORMAT}")} {dates} "$sha" --'


def show_deployed(environment: Environment) -> str:
    """Return the command that prints the hashes HEAD stood on, the newest first."""
    return git(environment, "log", "-g", "--format=%H", "HEAD", "--")


def check_out(environment: Environment, sha: str, stash: bool = False) -> str:
    """Return the script of the runbook's "Revert to Previous Commit"; it proves where HEAD is."""
    keep = "git stash push --include-untracked -m 'put aside by a rollback'" if stash else ":"
    wrong = f"HEAD is $(git rev-parse HEAD), not {sha}"
    return compose.in_app(
        environment,
        f'[ "$(git rev-parse HEAD)" = {sha} ] || {{ {keep}; git checkout -q --detach {sha}; }}',
        "[ ! -f .gitmodules ] || git submodule update --init --recursive",
        f'[ "$(git rev-parse HEAD)" = {sha} ] || {{ echo "{wrong}" >&2; exit 1; }}',
    )


def return_to(environment: Environment) -> str:
    """Return the script of the runbook's "Return to Main Branch Later"; the pull is fast-forward only."""
    branch = quote(environment.app.branch)
    return compose.in_app(
        environment,
        f"git checkout -q {branch}",
        f"git pull -q --ff-only origin {branch}",
        f'[ "$(git symbolic-ref --short HEAD)" = {branch} ]',
    )


def parse_commits(out: str) -> list[Commit]:
    """Return the commits printed in FORMAT."""
    lines = (line.split(SEPARATOR) for line in out.splitlines())
    return [Commit(*words) for words in lines if len(words) == 5]


def checkout_step(environment: Environment, target: Commit, before: str, stash: bool = False) -> Step:
    """Return the step that puts the checkout on `target`."""
    return Step(
        name="checkout",
        title=f"Check out {target.title}",
        script=check_out(environment, target.sha, stash),
        commands=(f"git checkout {target.short}",),
        back=f"git checkout {before[:SHORT]}",
    )


def resolve(c, ref: str) -> Commit:
    """Return the commit `ref` names on the host, or raise Refused, naming what is there instead."""
    answers = c.ask(
        {
            "commit": show_one(c.environment, ref),
            "kind": git(c.environment, "cat-file", "-t", ref),
            "log": show_log(c.environment, 5),
        }
    )
    found = parse_commits(answers["commit"].out)
    if answers["commit"].ok and found:
        return found[0]
    if answers["kind"].ok:
        raise Refused(f"{ref} is a {answers['kind'].out.strip()}, not a commit. Nothing was changed.")
    if not answers["log"].ok:
        raise Refused(f"{c.address}: {answers['log'].err.splitlines()[-1:] or 'no git'}: check app.path.")
    latest = ", ".join(commit.short for commit in parse_commits(answers["log"].out))
    raise Refused(
        f"{ref} is not a commit of {c.environment.app.path} on {c.host}; the latest there: {latest}. "
        "Nothing was changed (fab git.log lists more; a new commit may need a git fetch on the host)."
    )


def candidates(c, count: int = 10) -> tuple[list[Commit], list[str]]:
    """Return the last commits, and the hashes that were deployed, the newest first."""
    answers = c.ask({"log": show_log(c.environment, count), "deployed": show_deployed(c.environment)})
    if not answers["log"].ok:
        raise Refused(f"{c.address}: {' '.join(answers['log'].err.split())}")
    deployed = list(dict.fromkeys(answers["deployed"].out.split()))
    return parse_commits(answers["log"].out), deployed


def marks(commit: Commit, deployed: list[str]) -> str:
    """Return what is known of a commit in a word or two."""
    if deployed[:1] == [commit.sha]:
        return "HEAD"
    return "deployed before" if commit.sha in deployed else ""


@task
def log(c, count="10", json=False):
    """Show recent commits on the host, and which of them were deployed."""
    commits, deployed = candidates(c, int(count))
    if console.document([{**_as_dict(k), "mark": marks(k, deployed)} for k in commits]):
        return
    rows = [(k.short, k.date, k.author, k.subject, marks(k, deployed)) for k in commits]
    console.table(("commit", "date", "author", "subject", ""), rows)


@task
def last_good(c, json=False):
    """Print the last good commit, and why it is believed to be."""
    commit, why = find_last_good(c)
    if not console.document({"commit": commit, "why": why}):
        console.say(commit)
        console.say(f"({why})")


def find_last_good(c) -> tuple[str, str]:
    """Return a hash and the reason: what was deployed before the present one, by the reflog."""
    _commits, deployed = candidates(c, 1)
    if len(deployed) < 2:
        raise Refused(f"{c.address}: the reflog knows no earlier deployment; choose from: fab git.log")
    return deployed[1], "deployed before the present one, by the checkout's reflog"


@change
def checkout(c, commit=None, stash=False):
    """Check out a commit on the host, as the runbook's "Revert to Previous Commit"."""
    state = c.look()
    target = resolve(c, required(c, commit))
    if state.head == target.sha:
        console.say(f"HEAD is {target.title} already.")
        return None
    refuse_local_changes(state, stash)
    return Plan(
        task="git.checkout",
        purpose=f"{state.head[:SHORT]} → {target.title}",
        steps=[checkout_step(c.environment, target, state.head, stash)],
        expect=Expectation(commit=target.sha),
        back=f"fab git.checkout --commit {state.head[:SHORT]}",
    )


@change
def return_to_main(c):
    """Return to the branch and pull it, fast-forward only, after the fix is in."""
    state = c.look()
    refuse_local_changes(state, stash=False)
    branch = c.environment.app.branch
    step = Step(
        name="return",
        title=f"Return to {branch} and pull it",
        script=return_to(c.environment),
        commands=(f"git checkout {branch}", f"git pull --ff-only origin {branch}"),
        back=f"git checkout {state.head[:SHORT]}",
    )
    back = f"fab git.checkout --commit {state.head[:SHORT]}"
    return Plan(task="git.return-to-main", purpose=f"to {branch}", steps=[step], back=back)


def required(c, commit: str | None) -> str:
    """Return `commit`, or ask for one after listing the candidates; Refused where nobody can be asked."""
    if commit:
        return commit
    commits, deployed = candidates(c)
    rows = [(k.short, k.date, k.subject, marks(k, deployed)) for k in commits]
    console.table(("commit", "date", "subject", ""), rows)
    if not console.interactive():
        raise Refused("--commit is missing: name one of the commits above. Nothing was changed.")
    answer = console.ask("Which commit was the last good one? ").strip()
    if not answer:
        raise Refused("No commit named. Nothing was changed.")
    from ..core.options import check

    check({"commit": answer})
    return answer


def refuse_local_changes(state, stash: bool) -> None:
    """Raise Refused, naming them, when the checkout has modified files that a checkout would carry along."""
    if state.modified and not stash:
        names = ", ".join(state.modified[:5]) + (" ..." if len(state.modified) > 5 else "")
        raise Refused(
            f"The checkout on the host has local changes: {names}. Nothing was changed. "
            "--stash puts them aside (git stash; git stash pop brings them back)."
        )


def _as_dict(commit: Commit) -> dict:
    return {name: getattr(commit, name) for name in commit.__struct_fields__}
