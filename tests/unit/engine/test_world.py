"""What the engine asks of a deployment is what the deployment answers."""

from __future__ import annotations

import inspect

import msgspec
import pytest

from tasks.engine.world import Check, Outcome, Proof, World
from tasks.incident.telling import Deployment

METHODS = ("prove", "standing", "remedies", "way_back", "can_undo", "tell")


@pytest.mark.parametrize("method", METHODS)
def test_the_deployment_answers_what_the_engine_asks(method):
    asked, answered = (inspect.signature(getattr(one, method)) for one in (World, Deployment))
    assert list(asked.parameters) == list(answered.parameters)


def test_a_proof_without_logs_has_none():
    assert Proof([]).logs == {}


def test_the_keys_of_what_a_run_did_are_a_contract():
    made = Outcome(
        run="r",
        task="t",
        purpose="p",
        steps=[{"step": "stop", "seconds": 1.0}],
        checks=[Check("health", "http://h", "200", True)],
        seconds=2.0,
        recovery=1.5,
        outage=None,
        back="",
    )
    found = msgspec.to_builtins(made)
    assert set(found) == {
        "run",
        "task",
        "purpose",
        "steps",
        "checks",
        "left_out",
        "seconds",
        "recovery",
        "outage",
        "back",
    }
    assert found["checks"] == [{"name": "health", "looked_at": "http://h", "found": "200", "ok": True}]
