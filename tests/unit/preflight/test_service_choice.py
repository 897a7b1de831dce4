"""Which services an operator means, and what cannot be done with them."""

from __future__ import annotations

import pytest
from msgspec import structs

from tasks.console import commands
from tasks.console.errors import Refused
from tasks.engine.told import Drift
from tasks.preflight import service_choice
from tasks.preflight.present.drift import Drifted
from tests.unit.support import reports
from tests.unit.support.deployment import container, state


@pytest.fixture
def found(mocker):
    """Have the preflight find a report; return the host."""

    def met(report, ids=None):
        mocker.patch.object(service_choice, "check", return_value=report)
        return mocker.Mock(address="u@h:22", environment=report.environment, **{"ask.return_value": ids or {}})

    return met


def refused(check, *arguments) -> str:
    with pytest.raises(Refused) as ended:
        check(*arguments)
    return commands.render(ended.value.message)


def test_a_build_of_one_service_is_one_of_all_that_share_its_image(found):
    report = service_choice.check_build(found(reports.services("api")), "api")
    assert [i.service for i in report.images] == ["api", "worker"]
    assert report.services == ["api", "worker"]


def test_what_is_not_built_here_cannot_be_rebuilt(found):
    said = refused(service_choice.check_build, found(reports.services("db")), "db")
    assert said.startswith("db: nothing is built here")
    assert said.endswith("Nothing was changed. Next: fab containers.restart --service db --recreate")


def test_there_is_nothing_to_restart_without_a_container(found):
    host = found(reports.services("api", state=state(container("db"))))
    said = refused(service_choice.check_restart, host, "api", False)
    assert said == "u@h:22: api: there is no container. Nothing was changed. Next: fab containers.start --service api"
    assert service_choice.check_restart(host, "api", recreate=True).facts == []


def test_a_restart_says_that_it_does_not_read_settings_again_and_what_it_leaves_down(found):
    host = found(reports.services(state=state(container("api"), container("db"))))
    report = service_choice.check_restart(host, None, recreate=False)
    assert "does not read changed environment" in report.facts[0]
    assert report.warnings[0].startswith("worker: no container")


def test_what_is_new_in_a_stack_s_files_comes_with_its_deployment(found):
    host = found(reports.services(state=state(container("api"))))
    host.environment = structs.replace(host.environment, orchestrator="swarm", stack="shop")
    deploy = "docker stack deploy -c docker-compose.yml shop"
    assert deploy in service_choice.check_restart(host, "api", recreate=False).facts[0]
    assert deploy in refused(service_choice.check_restart, host, "api", True)


def test_what_was_never_built_is_not_started(found):
    host = found(reports.services(state=state(container("api"), container("db"))))
    said = refused(service_choice.check_start, host, None)
    assert "worker: no image is built." in said
    assert said.endswith("Next: fab containers.rebuild --service worker")


@pytest.mark.parametrize(("named", "services"), [("", ["api", "db"]), ("api", ["api"])])
def test_what_is_made_anew_loses_what_was_changed_by_hand(found, named, services):
    drifted = Drifted([Drift("api", "volumes", ["/data"]), Drift("db", "settings")])
    host = found(reports.services(named, drifted=drifted))
    report = service_choice.check_restart(host, named or None, recreate=True)
    assert [one.service for one in report.drift] == services
    assert report.warnings[0].endswith(": volumes /data; these become as that says")
    assert service_choice.check_restart(host, named or None, recreate=False).drift == []


def test_an_image_that_a_rollback_chose_is_not_replaced_in_silence(found):
    kept = container("db", image_name=f"postgres:{'a' * 40}")
    host = found(reports.services("db", state=state(container("api"), kept)))
    [warning] = service_choice.check_restart(host, "db", recreate=True).warnings
    assert warning == f"db runs {kept.image_name}; made anew, it starts from postgres:latest, as its files say"
