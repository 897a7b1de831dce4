"""What a fabfile elsewhere imports to build tasks and playbooks of its own; these names stay.

`task`, `change`: decorators; the body gets a connection to the host that hosts.yaml names.
`Plan`, `Step`, `Expectation`: what a `change` returns: shown, asked for, journaled, proven.
`Refused`, `Failed`, `Held`, `ConnectionLost`: how a task ends early, with one line and an exit code.

The namespace to mount is `fab_rollback.ns`; the steps are modules of `fab_rollback.steps`, whose tasks
are called with whatever Fabric or Invoke handed the caller: `git.log(c)`. What the playbooks are made of, such as
`checkout_step`, is in `fab_rollback.core`, a folder for each subject (code, containers, database, backups).
"""

from .console.errors import ConnectionLost, Failed, Held, Refused
from .engine.plan import Expectation, Plan, Step
from .engine.task import change, task

__all__ = ["ConnectionLost", "Expectation", "Failed", "Held", "Plan", "Refused", "Step", "change", "task"]
