"""Which image a rehearsal tries, and by which addresses."""

from __future__ import annotations

import pytest

from tasks.config.settings import Address
from tasks.console.errors import Refused
from tasks.preflight.present import target_files
from tasks.preflight.revisions import schema_choice, trial_choice
from tasks.tools.alembic.trial import Trial
from tasks.tools.compose.projects import Port
from tests.unit.support.deployment import GOOD, container, environment, state
from tests.unit.support.discovered import member
from tests.unit.support.reports import COMMIT, DOWN, WANTED

URL = "http://127.0.0.1:8000/health"
PUBLISHED = member("api", ports=[Port(80, "127.0.0.1", 8000)])
NO_WAY = "no health address leads to api: by a port that it publishes (http://), or behind a proxy by its name"


@pytest.fixture
def chosen(mocker):
    """Return what is tried on a host whose containers tell this."""

    def choose(members=(PUBLISHED,), there=True, commit=COMMIT, target=WANTED, url=URL):
        c = mocker.Mock(environment=environment(health={"urls": [url]}))
        c.ask.side_effect = [list(members), mocker.Mock(ok=there)]
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
        ({"members": ()}, NO_WAY),
        ({"url": "https://127.0.0.1:8000/health"}, NO_WAY),
        ({"url": "http://example.org:8000/health"}, NO_WAY),
        ({"there": False}, f"there is no image app_api:{GOOD}: a full rollback builds it"),
        ({"target": None}, f"there is no image of {COMMIT.short} (it has no compose file"),
    ],
)
def test_what_cannot_be_tried_is_said(chosen, given, why):
    trial, said = chosen(**given)
    assert trial is None
    assert said.startswith(f"no image is tried on the downgraded schema: {why}")


@pytest.mark.parametrize(
    ("commit", "members", "why"),
    [
        (None, [PUBLISHED], "which commit runs is unknown"),
        (COMMIT, [], NO_WAY),
    ],
)
def test_before_a_deployment_what_runs_is_tried_on_the_new_schema_where_it_is_known_and_can_be_asked(
    mocker, commit, members, why
):
    c = mocker.Mock(environment=environment())
    c.ask.return_value = [PUBLISHED]
    seen = state(container("api"), container("db"))
    trial, said = trial_choice.present(c, seen, COMMIT)
    assert trial == Trial(COMMIT, "api", "image-api", {Address(url=URL): 80})
    assert said == f"the image of {COMMIT.title}, which runs, is tried on that schema"
    c.ask.return_value = members
    assert trial_choice.present(c, seen, commit) == (
        None,
        f"whether what runs works on the new schema is not tried: {why}",
    )
