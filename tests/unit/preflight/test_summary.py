"""The three lines above the question."""

from __future__ import annotations

from msgspec import structs

from tasks.preflight import summary
from tests.unit.support import reports


def test_commits_migrations_losses_and_what_keeps_the_data_are_named():
    report = structs.replace(
        reports.rollback(reports.DOWN), questions=["c5 (rename): drops column x: 3 values go. Go on?"]
    )
    found = summary.of(report, 2)
    assert found["goes back"].startswith("2 commits")
    assert found["is lost"].startswith("c5 (rename): drops column x: 3 values go")
    assert report.safety and report.safety.clone in found["is lost"]


def test_where_no_migration_goes_back_no_data_are_lost():
    report = structs.replace(reports.rollback(), schema=None, questions=[])
    assert summary.of(report, 0) == {"goes back": f"to {report.target.title}", "is lost": "no data"}


def test_a_way_back_says_what_comes_back_and_claims_no_loss_that_is_none():
    assert summary.of_undo("abc (Next)", ["c5"], []) == {"comes back": "abc (Next), the schema up at c5"}
    lost = summary.of_undo("abc (Next)", ["c5"], ["Upgrading does not bring back t.a"])
    assert lost["is lost"] == "Upgrading does not bring back t.a"
    data = summary.of_undo("abc (Next)", ["c5"], [], "shop__snap")
    assert data == {"comes back": "abc (Next), the data of shop__snap", "is lost": "what was written since that run"}
