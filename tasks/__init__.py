"""The runbook's table of contents: a dot is one step, no dot is a playbook."""

# ruff: noqa: E402
import sys

# Invoke forbids bytecode: every `fab` would compile all of this anew, which takes as long as the rest of its start.
_forbidden, sys.dont_write_bytecode = sys.dont_write_bytecode, bool(sys.flags.dont_write_bytecode)

from invoke import Collection

from .engine.mounting import offer
from .playbooks import (
    code_rollback,
    container_restart,
    converge,
    diagnose,
    drill,
    emergency_restore,
    full_rollback,
    migration_rollback,
    resume,
    undo,
)
from .steps import about, backups, check, containers, database, git, incident, init, release, runs, status, verify
from .steps.stacks import guard

sys.dont_write_bytecode = _forbidden

ns = offer(
    Collection(
        diagnose.diagnose,
        code_rollback.code_rollback,
        container_restart.container_restart,
        full_rollback.full_rollback,
        migration_rollback.migration_rollback,
        emergency_restore.emergency_restore,
        resume.resume,
        undo.undo,
        converge.converge,
        drill.drill,
        verify.verify,
        status.status,
        check.check,
        init.init,
        about.about,
        Collection.from_module(git),
        Collection.from_module(containers),
        Collection.from_module(database, name="db"),
        Collection.from_module(backups),
        Collection.from_module(incident),
        Collection.from_module(release),
        Collection.from_module(runs),
    )
)
guard(ns)
