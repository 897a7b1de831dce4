"""A shop's own tasks, and the rollback beside them: mounted, called, and built upon."""

from fab_rollback import ns as rollback
from fab_rollback.api import (
    Expectation,
    RollbackOptions,
    Step,
    chain,
    change,
    containers,
    db,
    fab,
    git,
    preflight,
    verify,
)
from fabric import task
from invoke import Collection


@task
def morning(c):
    """Look at the shop as we do every morning."""
    git.log(c, count=3)
    db.current(c)
    containers.status(c)


@task
def kick(c):
    """Restart the shop's backend, and nothing else."""
    containers.restart(c, service="backend", yes=True)


@change
def rewind(c, commit=None):
    """Put the shop's code back to a commit, with a note on the host of why its code is old."""
    report = preflight.rollback.check(c, commit, RollbackOptions(database=False))
    target, head = report.target, report.state.head
    return chain(
        report,
        note(target),
        git.checkout.step(report),
        task="rewind",
        purpose=report.purpose,
        proof=Expectation(commit=target.sha, services=["app"]),
        back=fab(f"git.checkout --commit {head[:12]}"),
    )


@change
def release(c, commit=None):
    """Go back to a commit as a whole: our steps in an order of our own, and one of the shop's between them."""
    report = preflight.rollback.check(c, commit, RollbackOptions())
    return chain(
        report,
        containers.keep_images_step(report),
        containers.build.step(report),
        note(report.target),
        containers.stop.step(report),
        db.snapshot_step(report),
        db.downgrade.step(report),
        git.checkout.step(report),
        containers.start.step(report),
        task="release",
        purpose=report.purpose,
        proof=verify.expect(report),
        back=fab("undo"),
        before=report.release,
    )


def note(target):
    """Return a step of our own: a script that may be run again, and fails in one line."""
    return Step(
        name="note",
        title="Leave a note in the home folder",
        script=f'printf "%s\\n" {target.sha} > "$HOME/REWOUND" || {{ echo "no note could be left" >&2; exit 1; }}',
        preparation=True,
        back="rm REWOUND",
    )


ns = Collection(morning, kick, rewind, release)
ns.add_collection(rollback, name="rollback")
