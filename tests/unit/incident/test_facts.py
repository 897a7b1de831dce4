"""What a report asks of the host beside the incident."""

from __future__ import annotations

from types import SimpleNamespace

from tasks.incident import facts
from tasks.preflight.state import State
from tests.unit.support.deployment import environment
from tests.unit.support.incidents import container, incident


def test_without_a_running_database_its_rows_are_not_asked_for():
    c = SimpleNamespace(environment=environment())
    for seen in (State(), State(containers=[container("db", "exited")])):
        assert facts.data(c, incident(seen=seen)) == (None, None)
