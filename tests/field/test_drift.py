"""Drift: what was changed by hand is named before it is changed back, and nothing is said where nothing differs."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.field.recipe import BUILD, MIGRATE, UP

pytestmark = pytest.mark.sandbox

BASE, HAND = "docker-compose.yml", "docker-compose.override.yml"
NOTHING = json.dumps({"services": {"app": {"restart": "unless-stopped"}}})
CHANGED: dict[str, tuple[dict[str, Any], list[str]]] = {
    "environment": ({"environment": {"BY_HAND": 'hide-$$me & "me"'}}, ["BY_HAND"]),
    "ports": ({"ports": ["127.0.0.1:1@port@:8000"]}, ["8000/tcp"]),
    "volumes": ({"volumes": ["./by-hand:/by-hand:ro"]}, ["/by-hand"]),
    "command": ({"command": ["python", "server.py", "by-hand"]}, []),
}


def typed(service: dict[str, Any]) -> dict[str, Any]:
    """Return a deployment that was started with this in an untracked file, which says nothing of it any more."""
    return {
        "compose": f"-f {BASE} -f {HAND}",
        "untracked": {HAND: json.dumps({"services": {"app": service}})},
        "deploy": (BUILD, MIGRATE, UP, f"echo '{NOTHING}' > {HAND}"),
    }


@pytest.mark.parametrize("what", CHANGED)
def test_what_was_changed_by_hand_is_named_before_it_is_changed_back(deployment, what):
    service, names = CHANGED[what]
    shop = deployment(**typed(service))
    plan = shop.fab("full-rollback", "--commit", shop.good, "--plan")
    said = f"app: differs from {BASE}, {HAND} at {shop.bad[:12]}: {' '.join([what, *names])}; these become"
    assert said in plan.out, plan.text
    assert "hide-" not in plan.text
    diagnosed = shop.fab("diagnose", "--json").json()
    assert diagnosed["drift"] == [{"service": "app", "what": what, "names": names}]
    assert shop.rollback().code == 0
    assert shop.health()["release"] == "v1"
    assert [host["drift"] for host in shop.fab("status", "--json").json()] == [[]]


def test_where_nothing_differs_nothing_is_said(deployment):
    shop = deployment()
    plan = shop.fab("full-rollback", "--commit", shop.good, "--plan", "--json")
    assert plan.json()["drift"] == []
    assert "differs" not in plan.text
    assert not [each for each in shop.fab("diagnose", "--json").json()["evidence"] if "differs" in each["text"]]
