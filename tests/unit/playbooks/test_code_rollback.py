"""The code goes back alone, where the schema it needs is the present one."""

from __future__ import annotations

import pytest

from tasks.console import commands
from tasks.console.errors import Refused
from tasks.playbooks.code_rollback import plan
from tasks.preflight.target.service_moves import Moves
from tests.unit.support import reports
from tests.unit.support.deployment import GOOD, HEAD
from tests.unit.support.reports import DOWN, FILES, named


def test_everything_that_is_built_goes_back_and_the_database_stays_up():
    made = plan(reports.rollback())
    assert named(made) == ["keep", "build", "stop", "checkout", "start"]
    assert made.steps[2].title == "Stop api, web, worker"
    assert (made.expect.commit, made.expect.revision, made.expect.healthy) == (GOOD, ["two"], True)
    assert made.expect.images == {name: f"app_{name}:{GOOD}" for name in ("api", "web", "worker")}
    assert made.expect.services == ["api", "worker", "web", "db"]
    assert made.before.commit == HEAD


def test_in_a_swarm_what_no_registry_has_is_carried_once_the_images_are_there():
    assert named(plan(reports.in_swarm(reports.rollback()))) == ["keep", "build", "carry", "stop", "checkout", "start"]


def test_one_service_takes_along_what_is_built_like_it_and_is_no_release():
    group = ["api", "worker"]
    moves = Moves(group, group)
    made = plan(reports.rollback(services=group, stopping=group, moves=moves, images=FILES.builders(group)))
    assert made.steps[2].title == "Stop api, worker"
    assert made.expect.images.keys() == set(group)
    assert made.expect.services == group
    assert made.steps[4].commands == ("docker-compose up -d --no-build --no-deps api worker",)
    assert made.closing == ""


def test_a_target_that_needs_another_schema_names_the_playbooks_that_reach_it():
    with pytest.raises(Refused) as refused:
        plan(reports.rollback(DOWN))
    message = commands.render(refused.value.message)
    assert "needs the database at one; it is at two. Nothing was changed." in message
    assert f"fab full-rollback --commit {GOOD[:12]}" in message
    assert "fab migration-rollback --revision one" in message
