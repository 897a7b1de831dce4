"""Which image a rehearsal tries, and by which addresses."""

from __future__ import annotations

import pytest

from tasks.config.settings import Address
from tasks.console.errors import Refused
from tasks.preflight.present import target_files
from tasks.preflight.revisions import schema_choice, trial_choice
from tasks.tools.alembic.trial import Trial
from tests.unit.support.deployment import GOOD, container, environment, state
from tests.unit.support.reports import COMMIT, DOWN, WANTED

URL = "http://127.0.0.1:8000/health"


@pytest.fixture
def chosen(mocker):
    """Return what is tried on a host whose published ports are these."""

    def choose(ports=None, there=True, commit=COMMIT, target=WANTED, url=URL):
        c = mocker.Mock(environment=environment(health={"urls": [url]}))
        c.ask.side_effect = [{8000: ("api", 80)} if ports is None else ports, mocker.Mock(ok=there)]
        check = {"return_value": target} if target else {"side_effect": Refused("it has no compose file.")}
        mocker.patch.object(target_files, "check", **check)
        mocker.patch.object(schema_choice, "fitting", return_value=commit)
        return trial_choice.choose(c, state(container("api"), container("db")), DOWN, None)

    return choose


def test_the_kept_image_of_the_commit_that_fits_is_tried_by_the_address_that_leads_to_it(chosen):
    trial, said = chosen()
    assert trial == Trial(COMMIT, "api", f"app_api:{GOOD}", {Address(url=URL): 80})
    assert said == f"the image of {COMMIT.title} is tried on the downgraded schema: {URL}"


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"commit": None}, "none of the last 30 commits needs one; --commit names one"),
        ({"ports": {}}, "no http:// health address is a port that api publishes on the host"),
        (
            {"url": "https://127.0.0.1:8000/health"},
            "no http:// health address is a port that api publishes on the host",
        ),
        (
            {"url": "http://example.org:8000/health"},
            "no http:// health address is a port that api publishes on the host",
        ),
        ({"there": False}, f"there is no image app_api:{GOOD}: a full rollback builds it"),
        ({"target": None}, f"there is no image of {COMMIT.short} (it has no compose file"),
    ],
)
def test_what_cannot_be_tried_is_said(chosen, given, why):
    trial, said = chosen(**given)
    assert trial is None
    assert said.startswith(f"no image is tried on the downgraded schema: {why}")


def test_published_ports_lead_to_the_service_s_own():
    out = 'api {"8080/tcp":[{"HostIp":"127.0.0.1","HostPort":"8000"}],"9/udp":null}\nweb null\ndb {}\n'
    assert trial_choice.parse_ports(out) == {8000: ("api", 8080)}


@pytest.mark.parametrize(
    ("commit", "ports", "why"),
    [
        (None, {8000: ("api", 80)}, "which commit runs is unknown"),
        (COMMIT, {}, "no http:// health address is a port that api publishes on the host"),
    ],
)
def test_before_a_deployment_what_runs_is_tried_on_the_new_schema_where_it_is_known_and_can_be_asked(
    mocker, commit, ports, why
):
    c = mocker.Mock(environment=environment())
    c.ask.return_value = {8000: ("api", 80)}
    seen = state(container("api"), container("db"))
    trial, said = trial_choice.present(c, seen, COMMIT)
    assert trial == Trial(COMMIT, "api", "image-api", {Address(url=URL): 80})
    assert said == f"the image of {COMMIT.title}, which runs, is tried on that schema"
    c.ask.return_value = ports
    assert trial_choice.present(c, seen, commit) == (
        None,
        f"whether what runs works on the new schema is not tried: {why}",
    )
