"""What a run that was proven did, as the document that scripts read."""

from __future__ import annotations

import msgspec

from tasks.engine.outcome import Outcome
from tasks.engine.world import Check


def test_its_keys_are_a_contract():
    made = Outcome(
        run="r",
        task="t",
        purpose="p",
        steps=[{"step": "stop", "seconds": 1.0}],
        checks=[Check("health", "http://h", "200", True)],
        recovery=1.5,
        outage=None,
        back="",
    )
    found = msgspec.to_builtins(made)
    assert set(found) == {"run", "task", "purpose", "steps", "checks", "recovery", "outage", "back"}
    assert found["checks"] == [{"name": "health", "looked_at": "http://h", "found": "200", "ok": True}]
