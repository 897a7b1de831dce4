"""The live database: where it does not run, what is named is what mends that."""

from __future__ import annotations

import pytest

from tasks.console.commands import fab
from tasks.console.errors import Refused
from tasks.preflight.backups import copies
from tests.unit.support.deployment import connection, container, state


@pytest.mark.parametrize(
    ("found", "command"),
    [
        ([], "containers.start"),
        ([container("db", status="exited", exit_code=137)], "containers.start"),
        ([container("db", status="exited", exit_code=1)], "diagnose"),
        ([container("db", status="restarting")], "diagnose"),
    ],
)
def test_a_database_that_was_stopped_is_started_and_one_that_fails_is_looked_at(found, command):
    with pytest.raises(Refused) as refused:
        copies.database_of(connection(), state(container("api"), *found))
    assert refused.value.next == [fab(command)]
