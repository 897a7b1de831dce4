"""A fleet whose hosts run different services is seen as one deployment."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import structs

from tasks.preflight.present import fleetwide
from tasks.preflight.present.state import Response
from tests.unit.support.deployment import container, environment, state

FIRST = state(container("api", image="sha256:1"), responses=[Response("u", 200)])
OTHERS = [
    state(container("api", image="sha256:2"), container("web"), responses=[Response("u", 500), Response("w", 500)]),
    state(container("web", status="exited"), responses=[]),
]


@pytest.fixture
def host(mocker):
    """Return the first of hosts that run all but these services."""

    def made(*elsewhere: str) -> Any:
        one = mocker.Mock(environment=structs.replace(environment(), elsewhere=list(elsewhere)), address="u@h:22")
        one.fleet = (one,)
        return one

    return made


def test_what_only_others_run_is_taken_from_the_first_of_them(host):
    seen = fleetwide.joined(host("web"), [FIRST, *OTHERS])
    assert [(k.service, k.image, k.status) for k in seen.containers] == [
        ("api", "sha256:1", "running"),
        ("web", OTHERS[0].containers[1].image, "running"),
    ]
    assert [(answer.url, answer.code) for answer in seen.responses] == [("u", 200), ("w", 500)]
    assert not seen.healthy


def test_a_host_that_runs_all_is_seen_as_it_is(host):
    assert fleetwide.joined(host(), [FIRST, *OTHERS]) is FIRST
