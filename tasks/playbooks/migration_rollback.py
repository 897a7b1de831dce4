"""The decision tree's "Migration Rollback": the schema goes back, the code stays."""

from __future__ import annotations

from ..engine.options import DOWN_TO
from ..engine.plan import Plan
from ..preflight import downgrade
from ..preflight.revisions.schema_choice import DowngradeOptions
from ..ssh.host import Host
from ..steps import database as db
from ..steps.declare import change


@change(help=DOWN_TO)
def migration_rollback(
    c: Host,
    revision: str | None = None,
    downgrade_sql: str | None = None,
    rehearse: bool | None = None,
    snapshot: bool = True,
) -> Plan | None:
    """Take back one migration, or all down to a revision, with the application stopped meanwhile."""
    options = DowngradeOptions(revision=revision, downgrade_sql=downgrade_sql, rehearse=rehearse, snapshot=snapshot)
    return db.downgrade_plan(downgrade.check_stopped(c, options), "migration-rollback")
