"""What the engine asks of a deployment is what the deployment answers."""

from __future__ import annotations

import inspect

import pytest
from tasks.preflight.world import Deployment

from tasks.engine.world import Proof, World

METHODS = ("prove", "standing", "remedies", "can_undo")


@pytest.mark.parametrize("method", METHODS)
def test_the_deployment_answers_what_the_engine_asks(method):
    asked, answered = (inspect.signature(getattr(one, method)) for one in (World, Deployment))
    assert list(asked.parameters) == list(answered.parameters)


def test_a_proof_without_logs_has_none():
    assert Proof([]).logs == {} and Proof([]).healthy_at is None
