"""A shop's own tasks, and the rollback beside them: mounted, called, and built upon."""

from fab_rollback import ns as rollback
from fab_rollback.api import Expectation, Plan, Step, change
from fab_rollback.preflight import commit_choice as choice
from fab_rollback.steps import containers, database, git
from fab_rollback.tools.git import checkout
from fabric import task
from invoke import Collection


@task
def morning(c):
    """Look at the shop as we do every morning."""
    git.log(c, count=3)
    database.current(c)
    containers.status(c)


@task
def kick(c):
    """Restart the shop's backend, and nothing else."""
    containers.restart(c, service="backend", yes=True)


@change
def rewind(c, commit=None):
    """Put the shop's code back to a commit, with a note on the host of why its code is old."""
    seen = c.look()
    target = choice.resolve(c, choice.required(c, commit))
    return Plan(
        task="rewind",
        purpose=f"{seen.head[:12]} → {target.title}",
        steps=[note(target), checkout.checkout_step(c.environment, target, seen.head)],
        expect=Expectation(commit=target.sha, services=["app"]),
        back=f"fab rewind --commit {seen.head[:12]}",
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


ns = Collection(morning, kick, rewind)
ns.add_collection(rollback, name="rollback")
