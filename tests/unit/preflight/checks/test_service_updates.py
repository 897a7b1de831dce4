"""Somebody who updates a service of a stack by hand after a run is noticed; a deployment is none of that."""

from __future__ import annotations

import pytest
from msgspec import structs

from tasks.preflight.checks import service_updates
from tasks.preflight.history.ledger import BAD, BEGUN, GOOD, Entry
from tests.unit.support.deployment import HEAD, container, environment, state

STACK = structs.replace(environment(), orchestrator="swarm", stack="shop")
PROVEN = Entry(
    event=GOOD,
    commit=HEAD,
    run="r1",
    task="code-rollback",
    images={"api": "sha256:one"},
    digests={"api": "reg/api@sha256:d1"},
)
OTHER = container("api", image="sha256:two", image_name="reg/api@sha256:d2")
LINE = "api runs reg/api@sha256:d2, which is not what run r1 (code-rollback) left"


def test_a_service_that_runs_another_image_than_the_last_run_proved_is_named():
    assert service_updates.lines(STACK, state(OTHER), [PROVEN]) == [LINE]


@pytest.mark.parametrize("image", ["sha256:one", "sha256:d1"])
def test_the_image_is_known_by_its_id_or_where_it_is_not_here_by_its_digest(image):
    assert service_updates.lines(STACK, state(container("api", image=image)), [PROVEN]) == []


@pytest.mark.parametrize(
    ("commit", "event"), [(HEAD, BEGUN), ("b" * 40, GOOD)], ids=["a deployment began", "another commit"]
)
def test_what_a_deployment_brings_is_no_update_by_somebody_else(commit, event):
    assert service_updates.lines(STACK, state(OTHER), [PROVEN, Entry(event=event, commit=commit)]) == []


def test_the_bad_commit_that_was_left_does_not_hide_what_was_proven():
    assert service_updates.lines(STACK, state(OTHER), [PROVEN, Entry(event=BAD, commit="b" * 40)]) == [LINE]


def test_only_a_stack_is_asked():
    assert service_updates.lines(environment(), state(OTHER), [PROVEN]) == []
