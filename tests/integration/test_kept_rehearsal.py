"""What was rehearsed before is not rehearsed in a rollback while nothing that it rests on has changed: a real host."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.sandbox, pytest.mark.long]
HOLDS = "and nothing that it depends on has changed since"
KEPT = "nothing that the kept rehearsal depends on has changed"
TRIED = "the downgrade works on a clone"


def planned(operator, *words: str) -> str:
    """What the plan of the rollback says."""
    ran = operator.fab("full-rollback", "--commit", operator.good, "--plan", *words)
    assert ran.code == 0, ran.text
    return " ".join(ran.text.split())


def test_a_rehearsal_is_kept_until_the_schema_is_another_and_spares_the_rollback_its_own(fresh):
    assert HOLDS not in planned(fresh)
    rehearsed = fresh.fab("db.rehearse", "--commit", fresh.good, "--yes")
    assert rehearsed.code == 0, rehearsed.text
    assert HOLDS in planned(fresh)
    assert HOLDS not in planned(fresh, "--rehearse")
    for change, again in (
        ("CREATE INDEX extra ON cases (id)", "DROP INDEX extra"),
        ("ALTER TABLE cases OWNER TO pg_monitor", "ALTER TABLE cases OWNER TO jctc_user"),
        ("ALTER ROLE jctc_user CONNECTION LIMIT 50", "ALTER ROLE jctc_user CONNECTION LIMIT -1"),
    ):
        fresh.sql(change)
        said = planned(fresh)
        what = "the roles of the database" if "ROLE" in change else "the schema of the database"
        assert "the downgrade is rehearsed again: since " in said and f"changed: {what}" in said, said
        fresh.sql(again)
    assert HOLDS in planned(fresh)
    ran = fresh.fab("full-rollback", "--commit", fresh.good, "--yes", "--verbose")
    assert ran.code == 0, ran.text
    assert (KEPT in ran.text, TRIED in ran.text, fresh.status_of()) == (True, False, "200")


def test_a_release_that_was_checked_before_its_deployment_is_rolled_back_without_another_rehearsal(fresh):
    assert fresh.fab("full-rollback", "--commit", fresh.good, "--yes").code == 0
    in_checkout, compose = "cd jctc-app && ", "docker-compose -f docker-compose.prod.yml"
    fresh.host.exec(f"{in_checkout}git checkout -q main && {compose} build -q", timeout=300)
    before = fresh.world()
    checked = fresh.fab("release.check", "--commit", "HEAD", "--allow-loss", "--json")
    assert checked.code == 0, checked.text
    found = checked.json()
    assert (found["commit"], found["revision"], found["kept"] > 0) == (fresh.bad, [before.revision], True), found
    assert (found["can"], "drops column cases.priority" in found["line"]) == ("with loss", True), found
    assert fresh.fab("release.check", "--commit", "HEAD").code == 1
    assert fresh.world() == before
    fresh.host.exec(f"{in_checkout}{compose} run --rm app alembic upgrade head && {compose} up -d -t 1", timeout=300)
    assert (fresh.head(), HOLDS in planned(fresh)) == (fresh.bad, True)
    ran = fresh.fab("full-rollback", "--commit", fresh.good, "--yes", "--verbose")
    assert (ran.code, KEPT in ran.text) == (0, True), ran.text
