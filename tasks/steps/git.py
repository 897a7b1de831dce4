"""The code: which commits there are, which one was good, and putting the checkout on it."""

from __future__ import annotations

import msgspec

from ..core import console
from ..core.code import branch, commits, tree
from ..core.code.commits import Commit, Past, git
from ..core.containers import compose
from ..core.errors import Refused
from ..core.plan import Expectation, Plan, Step
from ..core.settings import Environment
from ..core.state import State
from ..core.task import change, task

SHORT = 12
OFFER = " --stash puts them aside (git stash; git stash pop brings them back)."


def check_out(environment: Environment, sha: str, stash: bool = False) -> str:
    """Return the script of the runbook's "Revert to Previous Commit"; it proves where HEAD is."""
    keep = "git stash push -q -m 'put aside by a rollback'" if stash else ":"
    return compose.in_app(
        environment,
        f'[ "$(git rev-parse HEAD)" = {sha} ] || {{ {keep}; git checkout -q --detach {sha}; }}',
        commits.SUBMODULES,
        commits.stands_on(sha),
    )


def checkout_step(environment: Environment, target: Commit, before: str, stash: bool = False) -> Step:
    """Return the step that puts the checkout on `target`."""
    return Step(
        name="checkout",
        title=f"Check out {target.title}",
        script=check_out(environment, target.sha, stash),
        commands=(f"git checkout {target.short}",),
        back=f"git checkout {before[:SHORT]}",
    )


def return_step(environment: Environment, target: Commit, before: str) -> Step:
    """Return the step that puts the checkout on the branch, forwarded to `target`."""
    name = environment.app.branch
    return Step(
        name="return",
        title=f"Return to {name} at {target.title}",
        script=branch.return_to(environment, target.sha),
        commands=(f"git fetch origin {name}", f"git checkout -B {name} {target.short}  (fast-forward only)"),
        back=f"git checkout {before[:SHORT]}",
    )


def resolve(c, ref: str) -> Commit:
    """Return the commit `ref` names on the host, or raise Refused, naming what is there instead."""
    answers = c.ask(
        {
            "commit": commits.show_one(c.environment, ref),
            "kind": git(c.environment, "cat-file", "-t", ref),
            "shallow": git(c.environment, "rev-parse", "--is-shallow-repository"),
            "log": commits.show_log(c.environment, 5),
        }
    )
    found = commits.parse_commits(answers["commit"].out)
    if answers["commit"].ok and found:
        return found[0]
    if answers["kind"].ok:
        raise Refused(f"{ref} is a {answers['kind'].out.strip()}, not a commit. Nothing was changed.")
    _refuse_unreadable(c, answers["log"])
    latest = ", ".join(commit.short for commit in commits.parse_commits(answers["log"].out))
    fetch = "git fetch --unshallow" if answers["shallow"].out.strip() == "true" else "git fetch"
    raise Refused(
        f"{ref} is not a commit of {c.environment.app.path} on {c.host}; the latest there: {latest}. "
        f"Nothing was changed (fab git.log lists more; another commit may need a {fetch} on the host)."
    )


def _refuse_unreadable(c, answer) -> None:
    if not answer.ok:
        why = (answer.err.splitlines() or ["git does not answer"])[0]
        raise Refused(f"{c.address}: {why}: is app.path in hosts.yaml a git checkout? Nothing was changed.")


def candidates(c, count: int = 10) -> tuple[list[Commit], Past]:
    """Return the last commits of HEAD and the branch, and what is known of the past."""
    answers = c.ask(commits.questions(c.environment, count))
    _refuse_unreadable(c, answers["log"])
    return commits.parse_commits(answers["log"].out), commits.read_past(answers)


@task
def log(c, count="10", json=False):
    """Show recent commits on the host, and which of them runs, was deployed or rolled back."""
    found, past = candidates(c, int(count))
    if not console.document([{**msgspec.to_builtins(k), "mark": past.marks(k.sha)} for k in found]):
        rows = [(k.short, k.date, k.author, k.subject, past.marks(k.sha)) for k in found]
        console.table(("commit", "date", "author", "subject", ""), rows)
    return found


@task
def last_good(c, json=False):
    """Print the last good commit, and why it is believed to be."""
    sha, why = find_last_good(c)
    if not console.document({"commit": sha, "why": why}):
        console.say(sha)
        console.aside(f"({why})")
    return sha


def find_last_good(c) -> tuple[str, str]:
    """Return a hash and the reason to believe in it; Refused where there is none."""
    _found, past = candidates(c, 1)
    if good := past.good():
        return good.commit, f"recorded as good by {good.who} from {good.machine} ({good.task})"
    if before := past.before():
        return before, "deployed before the present one, by the checkout's reflog; not recorded as good"
    raise Refused(f"{c.address}: the reflog knows no earlier deployment; choose from: fab git.log")


@change
def checkout(c, commit=None, stash=False):
    """Check out a commit on the host, as the runbook's "Revert to Previous Commit"."""
    state = _look(c, stash)
    target = resolve(c, required(c, commit))
    if state.head == target.sha:
        console.say(f"HEAD is {target.title} already.")
        return None
    _refuse_overwriting(c, target.sha)
    return Plan(
        task="git.checkout",
        purpose=f"{state.head[:SHORT]} ({state.subject}) → {target.title}",
        steps=[checkout_step(c.environment, target, state.head, stash)],
        expect=Expectation(commit=target.sha),
        facts=["the containers run on as they are, until they are rebuilt or started anew"],
        back=f"fab git.checkout --commit {state.head[:SHORT]}",
        before={"commit": state.head, "branch": state.branch},
    )


@change
def return_to_main(c):
    """Return to the branch and pull it, fast-forward only, after the fix is in."""
    state, name = _look(c, offer=""), c.environment.app.branch
    target, brought_back = _look_at_branch(c)
    if state.head == target.sha and state.branch == name:
        console.say(f"HEAD is {name} at {target.title} already.")
        return None
    _refuse_overwriting(c, target.sha)
    return Plan(
        task="git.return-to-main",
        purpose=f"{state.head[:SHORT]} ({state.subject}) → {name} at {target.title}",
        steps=[return_step(c.environment, target, state.head)],
        expect=Expectation(commit=target.sha),
        warnings=[_warning(name, target, bad) for bad in brought_back],
        back=f"fab git.checkout --commit {state.head[:SHORT]}",
        before={"commit": state.head, "branch": state.branch},
    )


def _look_at_branch(c) -> tuple[Commit, list[Commit]]:
    """Return where origin has the branch, and the commits rolled back from that it contains."""
    answers = c.ask({"tip": branch.find_tip(c.environment), **commits.questions(c.environment, 1)})
    if not answers["tip"].ok:
        why = (answers["tip"].err.splitlines() or ["origin does not answer"])[0]
        raise Refused(f"{c.address}: {why.rstrip('.')}. Nothing was changed.")
    target = resolve(c, answers["tip"].out.strip())
    left = commits.read_past(answers).left
    contained = c.ask({"commits": branch.show_contained(c.environment, sorted(left), target.sha)})["commits"]
    return target, commits.parse_commits(contained.out)


def _warning(name: str, target: Commit, bad: Commit) -> str:
    if bad.sha == target.sha:
        return f"{name} is still at {bad.title}, which was rolled back: deploying {name} brings it back"
    return f"{name} still contains {bad.title}, which was rolled back: deploy only if a later commit mends it"


def required(c, commit: str | None) -> str:
    """Return `commit`, or ask for one after listing the candidates; Refused where nobody can be asked."""
    if commit:
        return commit
    found, past = candidates(c)
    rows = [(k.short, k.date, k.subject, past.marks(k.sha)) for k in found]
    console.table(("commit", "date", "subject", ""), rows)
    if not console.interactive():
        raise Refused("--commit is missing: name one of the commits above. Nothing was changed.")
    answer = console.ask("Which commit was the last good one? ").strip()
    if not answer:
        raise Refused("No commit named. Nothing was changed.")
    from ..core.options import check

    check({"commit": answer})
    return answer


def _look(c, stash: bool = False, offer: str = OFFER) -> State:
    """Return the primary's state, after every host's checkout was found fit."""
    states = [member.look() for member in c.fleet]
    for member, state in zip(c.fleet, states, strict=True):
        if problem := state.problems.get("head"):
            raise Refused(f"{member.address}: {problem.splitlines()[0]} (app.path). Nothing was changed.")
        refuse_local_changes(state, stash, offer)
    return states[0]


def refuse_local_changes(state: State, stash: bool, offer: str = OFFER) -> None:
    """Raise Refused, naming them, when the checkout has modified files that a checkout would carry along."""
    if state.modified and not stash:
        names = ", ".join(state.modified[:5]) + (" ..." if len(state.modified) > 5 else "")
        raise Refused(f"The checkout on the host has local changes: {names}. Nothing was changed.{offer}")


def _refuse_overwriting(c, sha: str) -> None:
    for member in c.fleet:
        found = member.sh(tree.in_the_way(compose.app(c.environment), sha)).stdout.splitlines()
        if found:
            names = ", ".join(found[:5]) + (" ..." if len(found) > 5 else "")
            raise Refused(f"{member.address}: untracked files would be overwritten: {names}. Nothing was changed.")
