"""Ordinary deployments, each with one ordinary difference: rolled back right, or refused untouched."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.sandbox


def test_the_plain_case(deployment):
    shop = deployment()
    assert shop.health()["release"] == "v2"
    before = shop.runs()
    shop.rolled_back(shop.rollback(), before)
