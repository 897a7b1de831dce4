"""The code: which commits there are, which one was good, and putting the checkout on it."""

from __future__ import annotations

from msgspec import to_builtins

from ..console import terminal as console
from ..console.commands import fab
from ..engine import completion
from ..engine.before import CheckoutBefore
from ..engine.plan import Expectation, Plan, Step, chain
from ..preflight import worktree
from ..preflight.rollback_report import RollbackReport
from ..preflight.target import commit_choice
from ..preflight.undo_report import RollbackUndoReport
from ..preflight.worktree import CheckoutReport
from ..ssh.host import Host
from ..tools.git import checkout as scripts
from ..tools.git.commits import SHORT, Commit
from .declare import change, task


@task
def log(c: Host, count: int | str = "10", json: bool = False) -> list[Commit]:
    """Show recent commits on the host, and which of them runs, was deployed or rolled back."""
    found, past = commit_choice.candidates(c, int(count))
    completion.remember(c.environment, "commit", (k.short for k in found))
    if not console.emit_json([{**to_builtins(k), "mark": past.marks(k.sha)} for k in found]):
        rows = [(k.short, k.date, k.author, k.subject, past.marks(k.sha)) for k in found]
        console.table(("commit", "date", "author", "subject", "what is known"), rows)
    return found


@task
def last_good(c: Host, json: bool = False) -> str:
    """Print the last good commit, and why it is believed to be."""
    sha, why = commit_choice.find_last_good(c)
    if not console.emit_json({"commit": sha, "why": why}):
        console.say(sha)
        console.to_stderr(f"({why})")
    return sha


def checkout_step(report: CheckoutReport | RollbackReport) -> Step:
    """Return the runbook's "Revert to Previous Commit": HEAD on the target of the report, and proven to be there."""
    target = report.target
    return Step(
        name="checkout",
        own=True,
        title=f"Check out {target.title}",
        script=scripts.check_out(report.environment, target.sha, stash=report.stash),
        commands=(f"git checkout {target.short}",),
        back=f"git checkout {report.state.head[:SHORT]}",
    )


@change(step=checkout_step)
def checkout(c: Host, commit: str | None = None, stash: bool = False) -> Plan | None:
    """Check out a commit on the host, as the runbook's "Revert to Previous Commit"."""
    report = worktree.check(c, commit, stash)
    if report.standing:
        console.say(f"HEAD is {report.target.title} already.")
        return None
    return _plan(report, checkout_step(report), "git.checkout", report.target.title)


def return_step(report: CheckoutReport) -> Step:
    """Return the runbook's "Return to Main Branch Later": the checkout on the branch, forwarded to the target."""
    name, target = report.environment.app.branch, report.target
    return Step(
        name="return",
        own=True,
        title=f"Return to {name} at {target.title}",
        script=scripts.return_to_branch(report.environment, target.sha),
        commands=(f"git fetch origin {name}", f"git checkout -B {name} {target.short}  (fast-forward only)"),
        back=f"git checkout {report.state.head[:SHORT]}",
    )


@change(step=return_step)
def return_to_main(c: Host) -> Plan | None:
    """Return to the branch and pull it, fast-forward only, after the fix is in."""
    report, name = worktree.check_return(c), c.environment.app.branch
    if report.standing and report.state.branch == name:
        console.say(f"HEAD is {name} at {report.target.title} already.")
        return None
    return _plan(report, return_step(report), "git.return-to-main", f"{name} at {report.target.title}")


def check_out_again_step(report: RollbackUndoReport) -> Step:
    """Return the step that puts the checkout where it was before a run, on its branch if it was on one."""
    target, name = report.target, report.found.branch
    return Step(
        name="checkout",
        own=True,
        title=f"Check out {target.title} again{f', on {name}' if name else ''}",
        script=scripts.check_out(report.environment, target.sha, name),
        commands=(f"git checkout {name or target.short}",),
    )


def _plan(report: CheckoutReport, step: Step, name: str, goal: str) -> Plan:
    head = report.state.head[:SHORT]
    return chain(
        report,
        step,
        task=name,
        purpose=f"{head} ({report.state.subject}) → {goal}",
        proof=Expectation(commit=report.target.sha),
        back=fab(f"git.checkout --commit {head}"),
        before=CheckoutBefore(commit=report.state.head, branch=report.state.branch),
    )
