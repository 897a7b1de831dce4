"""The code: which commits there are, which one was good, and putting the checkout on it."""

from __future__ import annotations

from ..console import terminal as console
from ..engine.task import change, task


@task
def log(c, count="10", json=False):
    """Show recent commits on the host, and which of them runs, was deployed or rolled back."""
    from msgspec import to_builtins

    from ..preflight import commit_choice as choice

    found, past = choice.candidates(c, int(count))
    if not console.document([{**to_builtins(k), "mark": past.marks(k.sha)} for k in found]):
        rows = [(k.short, k.date, k.author, k.subject, past.marks(k.sha)) for k in found]
        console.table(("commit", "date", "author", "subject", ""), rows)
    return found


@task
def last_good(c, json=False):
    """Print the last good commit, and why it is believed to be."""
    from ..preflight import commit_choice as choice

    sha, why = choice.find_last_good(c)
    if not console.document({"commit": sha, "why": why}):
        console.say(sha)
        console.aside(f"({why})")
    return sha


@change
def checkout(c, commit=None, stash=False):
    """Check out a commit on the host, as the runbook's "Revert to Previous Commit"."""
    from ..engine.plan import Expectation, Plan
    from ..preflight import commit_choice as choice
    from ..tools.git import checkout as code

    state = code.look(c, stash)
    target = choice.resolve(c, choice.required(c, commit))
    if state.head == target.sha:
        console.say(f"HEAD is {target.title} already.")
        return None
    code.refuse_overwriting(c, target.sha)
    return Plan(
        task="git.checkout",
        purpose=f"{state.head[: code.SHORT]} ({state.subject}) → {target.title}",
        steps=[code.checkout_step(c.environment, target, state.head, stash)],
        expect=Expectation(commit=target.sha),
        facts=["the containers run on as they are, until they are rebuilt or started anew"],
        back=f"fab git.checkout --commit {state.head[: code.SHORT]}",
        before={"commit": state.head, "branch": state.branch},
    )


@change
def return_to_main(c):
    """Return to the branch and pull it, fast-forward only, after the fix is in."""
    from ..engine.plan import Expectation, Plan
    from ..preflight import commit_choice as choice
    from ..tools.git import checkout as code

    state, name = code.look(c, offer=""), c.environment.app.branch
    target, brought_back = choice.tip(c)
    if state.head == target.sha and state.branch == name:
        console.say(f"HEAD is {name} at {target.title} already.")
        return None
    code.refuse_overwriting(c, target.sha)
    return Plan(
        task="git.return-to-main",
        purpose=f"{state.head[: code.SHORT]} ({state.subject}) → {name} at {target.title}",
        steps=[code.return_step(c.environment, target, state.head)],
        expect=Expectation(commit=target.sha),
        warnings=[choice.rolled_back(name, target, bad) for bad in brought_back],
        back=f"fab git.checkout --commit {state.head[: code.SHORT]}",
        before={"commit": state.head, "branch": state.branch},
    )
