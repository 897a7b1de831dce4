"""A restart as a playbook has to end with a healthy application, whatever it was before."""

from __future__ import annotations

from msgspec import structs

from tasks.playbooks import container_restart
from tasks.preflight import service_choice
from tests.unit.support import reports
from tests.unit.support.deployment import state
from tests.unit.support.reports import named
from tests.unit.support.scripted import planned


def test_health_is_required_even_where_it_was_not_there(mocker):
    unwell = structs.replace(reports.services(), state=state(responses=[]))
    mocker.patch.object(service_choice, "check_restart", return_value=unwell)
    made = planned(mocker, container_restart.container_restart)
    assert named(made) == ["restart"]
    assert made.expect.healthy
    assert made.task == "container-restart"
