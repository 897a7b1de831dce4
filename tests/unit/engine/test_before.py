"""What a run found is of its kind, on the host and back."""

from __future__ import annotations

import msgspec
import pytest

from tasks.engine.before import AnyBefore, CheckoutBefore, DroppedBefore, ReleaseBefore, SchemaBefore, SwappedBefore

KINDS = {
    "checkout": CheckoutBefore(commit="a", branch="main"),
    "schema": SchemaBefore(revision=["one"], snapshot="d__snap_1"),
    "release": ReleaseBefore(images={"app": "shop:a"}, running=["app"]),
    "swapped": SwappedBefore(swapped="d__old_1", stopped=["app"]),
    "dropped": DroppedBefore(dropped="backups/d.dump"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_written_with_its_kind_and_read_as_what_it_was(kind):
    written = msgspec.json.encode(KINDS[kind])
    assert msgspec.json.decode(written)["kind"] == kind
    assert msgspec.json.decode(written, type=AnyBefore) == KINDS[kind]
