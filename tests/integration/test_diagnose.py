"""The decision tree on a real host: what is broken on purpose is found."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.sandbox


def diagnosed(operator) -> tuple[str, str]:
    """Kind and command."""
    ran = operator.fab("diagnose", "--json")
    assert ran.code == 0, ran.text
    return ran.json()["kind"], ran.json()["command"]


def test_each_branch_of_the_tree_is_found_and_nothing_is_changed(fresh):
    before = fresh.world()
    assert diagnosed(fresh) == ("code and schema", f"fab full-rollback --commit {fresh.good[:12]}")
    ran = fresh.fab("diagnose")
    assert "! http://127.0.0.1:8000/health: 500" in ran.out
    assert ran.out.splitlines()[-1] == f"Next: fab full-rollback --commit {fresh.good[:12]}"
    assert fresh.world() == before

    fresh.host.exec("sed -i 's/^  web:/  web:\\n    environment: {NEW: setting}/' jctc-app/docker-compose.prod.yml")
    ran = fresh.fab("diagnose")
    assert f"! web: differs from docker-compose.prod.yml at {fresh.bad[:12]}: environment NEW\n" in ran.out
    assert ran.out.splitlines()[-1] == "Next: fab container-restart --recreate"
    fresh.host.exec("git -C jctc-app checkout -q docker-compose.prod.yml")

    fresh.host.exec(f"git -C jctc-app checkout -q {fresh.good}")
    assert diagnosed(fresh) == ("database", "fab migration-rollback --revision 8d24e6b5c073")
    assert fresh.world().rows == before.rows
