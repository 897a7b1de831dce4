"""The runbook's table of contents: a dot is one step, no dot is a playbook."""

from invoke import Collection

from .playbooks import full_rollback
from .steps import database, git

ns = Collection(
    full_rollback.full_rollback,
    Collection.from_module(git),
    Collection.from_module(database, name="db"),
)
