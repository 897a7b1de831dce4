"""What only looks, and knows the stack of a swarm, does there what it does elsewhere: three hosts, a good release."""

from __future__ import annotations

from shutil import rmtree

import pytest

from tests.integration.test_incident import folder_of
from tests.integration.test_swarm import Stack, three  # noqa: F401 fixtures

pytestmark = [pytest.mark.sandbox, pytest.mark.long]
# ruff: noqa: F811 fixtures
LOOKS = (
    "status",
    "verify",
    "diagnose",
    "containers.status",
    "db.current",
    "db.history",
    "db.heads",
    "db.preview",
    "db.rehearse --yes",
    "backups.list",
    "runs.list",
    "runs.show",
    "git.log",
    "git.last-good",
    "release.list",
    "release.stats",
    "incident.logs",
    "incident.checklist",
    "incident.report",
)


@pytest.fixture(scope="module")
def good(three: Stack) -> Stack:
    """The swarm with the good release, that a rollback proved, and a backup."""
    three.settled()
    for words in (("code-rollback", "--commit", "v2", "--yes"), ("backups.create", "--yes")):
        ran = three.operator.fab(*words)
        assert ran.code == 0, ran.text
    return three


@pytest.mark.parametrize("words", LOOKS)
def test_what_only_looks_finds_all_well(good, words):
    ran = good.operator.fab(*words.split())
    assert ran.code == 0, ran.text
    if words == "incident.logs":
        rmtree(folder_of(ran))
