"""The database and its migrations do not do what they should"""

from __future__ import annotations

import pytest

from tests.faults import commits
from tests.faults.test_failures import described

pytestmark = [pytest.mark.sandbox, pytest.mark.fault, pytest.mark.long]

SECOND = "alembic/versions/aaaa00000001_second.py"
MIGRATION = '''"""{title}"""

import sqlalchemy as sa
from alembic import op

revision = "aaaa00000001"
down_revision = "{parent}"


def upgrade():
    {up}


def downgrade():
    {down}
'''
NOTES = {"up": 'op.create_table("notes", sa.Column("id", sa.Integer))', "down": 'op.drop_table("notes")'}
HALF = (
    'with op.get_context().autocommit_block():\n        op.execute("ALTER TABLE cases DROP COLUMN reviewed")\n'
    '    op.execute("SELECT 1 / (count(*) - count(*)) FROM cases")'
)
# Bytes: more than a tenth above the server's log of 1 GiB at the most, and less than that and a copy of 70 MB.
FOR_A_DUMP = 1_220_000_000
REVIEWED = 'op.add_column("cases", sa.Column("reviewed", sa.Boolean, server_default="true"))'


def release(stage, title: str, parent: str, up: str, down: str) -> str:
    """A release on top of v3 with one migration more."""
    text = MIGRATION.format(title=title, parent=parent, up=up, down=down)
    return commits.make(stage.host, stage.operator.bad, title, {SECOND: text})


def test_two_heads_are_both_taken_back_and_one_down_is_refused(spoilt):
    commits.deploy(spoilt.host, release(spoilt, "second head", "8d24e6b5c073", **NOTES))
    assert spoilt.operator.revision().split() == ["aaaa00000001", "c5b90f37a4de"]
    rows = spoilt.content()
    ran = spoilt.operator.fab("migration-rollback", "--yes")
    assert ran.code == 2, ran.text
    assert "More than one way down" in ran.err
    spoilt.note("two heads", "migration-rollback by one", ran, "not needed", rows)
    ran = spoilt.must(spoilt.operator.fab("full-rollback", "--commit", spoilt.operator.good, "--yes", timeout=300))
    spoilt.rolled_back()
    spoilt.note("two heads", "the whole run", ran, "not needed", rows)


def test_a_target_with_a_head_that_the_database_never_had_is_refused(ready):
    rows, before = ready.content(), ready.operator.world()
    text = MIGRATION.format(title="second head", parent="3f1c7a90be21", **NOTES)
    target = commits.make(ready.host, ready.operator.good, "two heads", {SECOND: text})
    ran = ready.operator.fab("full-rollback", "--commit", target, "--yes")
    assert ran.code == 2, ran.text
    assert "cannot be reached by a downgrade" in ran.err
    assert "aaaa00000001" in ran.err
    assert ready.operator.world() == before
    ready.note("target has two heads, one unknown here", "before anything was changed", ran, "not needed", rows)


def test_a_downgrade_that_is_pass_is_told_before_and_leaves_the_data(spoilt):
    commits.deploy(spoilt.host, release(spoilt, "no way back", "c5b90f37a4de", REVIEWED, "pass"))
    rows, target = spoilt.content(), spoilt.operator.bad
    spoilt.operator.settings["health"]["urls"] = []
    spoilt.operator.write()
    unasked = spoilt.operator.fab("full-rollback", "--commit", target)
    ran = spoilt.operator.fab("full-rollback", "--commit", target, "--yes", timeout=300)
    assert unasked.code == 2, unasked.text
    for one in (unasked, ran):
        assert "does nothing: what the upgrade did stays" in one.text, one.text
    spoilt.must(ran)
    assert spoilt.operator.revision() == "c5b90f37a4de"
    assert spoilt.operator.sql("SELECT count(reviewed) FROM cases") == rows.split()[0]
    spoilt.note("downgrade is `pass`", "before the question", unasked, "not needed", rows)


def test_a_downgrade_that_fails_half_way_for_good_has_its_snapshot_swapped_back(spoilt):
    commits.deploy(spoilt.host, release(spoilt, "half a way back", "c5b90f37a4de", REVIEWED, HALF))
    rows, before, answered = spoilt.content(), spoilt.operator.world(), spoilt.operator.status_of()
    refused = spoilt.operator.fab("full-rollback", "--commit", spoilt.operator.good, "--yes", timeout=300)
    assert refused.code == 2, refused.text
    assert "rehearsal" in refused.err
    assert spoilt.operator.world() == before
    spoilt.note("downgrade raises half way", "in the rehearsal", refused, "not needed", rows)
    ran = spoilt.rollback().end()
    described(ran, "swapped back")
    assert spoilt.operator.revision() == "aaaa00000001"
    reviewed = spoilt.operator.sql("SELECT count(reviewed) FROM cases")
    assert reviewed == rows.split()[0]
    spoilt.note("downgrade raises half way, with a part committed", "during downgrade", ran, "undone", rows)
    again = spoilt.resume()
    described(again, "swapped back")
    assert spoilt.operator.sql("SELECT count(reviewed) FROM cases") == reviewed
    spoilt.note("downgrade raises half way, once more", "during downgrade, resumed unmended", again, "undone", rows)
    assert spoilt.operator.world() == before
    assert spoilt.operator.status_of() == answered


def test_where_a_session_will_not_go_the_net_is_a_dump(ready):
    rows, known = ready.content(), ready.last_run()
    stuck = "SELECT pg_sleep(601)"
    ready.host.exec(
        f"setsid docker exec jctc_db psql -U jctc_user -d jctc_db -c '{stuck}' >/dev/null 2>&1 </dev/null &"
    )
    who = f"SELECT pid FROM pg_stat_activity WHERE query = '{stuck}'"
    ready.wait_until(f'docker exec jctc_db psql -XAt -U jctc_user -d jctc_db -c "{who}" | grep -q .')
    backend = "$(pgrep -f '[p]ostgres: jctc_user jctc_db .* SELECT')"
    ready.hold("snapshot")
    running = ready.rollback()
    ready.wait_for("snapshot", known=known)
    ready.host.exec(f"kill -STOP {backend}", user="root")
    ready.go()
    ran = running.end()
    ready.host.exec(f"kill -CONT {backend}", user="root")
    ready.must(ran)
    assert "is written instead" in ran.out
    ready.rolled_back()
    ready.note("a connection that will not go", "during snapshot", ran, "not needed", rows)


def test_where_a_snapshot_does_not_fit_the_net_is_a_dump(spoilt):
    spoilt.operator.sql("CREATE TABLE filler AS SELECT repeat(md5(i::text), 30) FROM generate_series(1, 60000) i")
    rows = spoilt.content()
    less = f"cd /var/lib/docker; fallocate -l $(( $(df --output=avail -B1 . | tail -1) - {FOR_A_DUMP} )) full"
    spoilt.host.exec(less, user="root", timeout=120)
    ran = spoilt.rollback().end()
    spoilt.host.exec("rm /var/lib/docker/full", user="root")
    spoilt.must(ran)
    assert "the snapshot is a dump" in ran.out
    spoilt.rolled_back()
    spoilt.note("snapshot's disk budget exceeded", "the whole run", ran, "not needed", rows)
