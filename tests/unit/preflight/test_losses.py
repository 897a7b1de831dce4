"""What a way down destroys is counted, asked for by name, and refused where it is known to fail."""

from __future__ import annotations

import dataclasses

import pytest

from tasks.console.errors import Refused
from tasks.preflight import losses
from tasks.preflight.backups import copies, safety
from tasks.preflight.revisions.schema_choice import DowngradeOptions
from tasks.tools.alembic.kept_rehearsal import Kept
from tasks.tools.alembic.migrations import classify
from tasks.tools.alembic.revisions import Revision
from tasks.tools.alembic.schema_change import OverrideSql, SchemaChange
from tests.unit.support.deployment import environment, state
from tests.unit.support.reports import COMMIT, DATABASE
from tests.unit.support.sources import HEAD

SERVER, SESSIONS, NOTHING = object(), object(), Kept()


def change(body: str, *moves) -> SchemaChange:
    """Return the way down by one migration whose downgrade does this."""
    source = f"{HEAD}\n\ndef downgrade():\n    {body}\n"
    revision = Revision("two", ("one",), title="Add it", path="two.py", source=source)
    return SchemaChange(["two"], ["one"], list(moves or ["one"]), (revision,))


@pytest.fixture
def described(mocker):
    """Return facts and questions where the counts of what is dropped are these."""

    def found(wanted, *counts, kept=NOTHING, options=None, target=None):
        c = mocker.Mock(environment=environment(), address="u@h:22")
        drops = [drop for one in wanted.downgrades for drop in classify(one.source).destroyed]
        c.ask.return_value = (SERVER, SESSIONS, kept, dict(zip(drops, counts, strict=True)))
        mocker.patch.object(copies, "database_of", return_value=DATABASE)
        mocker.patch.object(copies, "blockers", return_value=["pid 7"])
        mocker.patch.object(safety, "room", return_value=["no clone fits"])
        mocker.patch.object(losses, "ways_out", return_value="Ways out: some")
        return losses.describe(c, state(), wanted, options, target)

    return found


@pytest.mark.parametrize(
    ("body", "counted", "said"),
    [
        ("op.drop_table('t')", (4, 4), "drops table t: 4 rows go"),
        ("op.drop_column('t', 'a')", (4, 3), "drops column t.a: 3 values in 4 rows go"),
        ("op.execute('DELETE FROM t')", (4, 4), "deletes rows of t: it has 4"),
        ("op.drop_table('t')", None, "drops table t: what it holds could not be counted"),
    ],
)
def test_what_is_dropped_is_said_in_numbers_and_asked_for_by_name(described, body, counted, said):
    facts, questions, _ = described(change(body), counted)
    assert facts == ["takes back two (Add it): destroys", f"  {said}"]
    assert questions == [f"two (Add it): {said}. Go on?"]


def test_what_is_empty_is_said_and_not_asked_for(described):
    facts, questions, _ = described(change("op.drop_column('t', 'a')"), (4, 0))
    drops = ["takes back two (Add it): what it would destroy is empty", "  drops column t.a: 0 values in 4 rows go"]
    assert (facts, questions) == (drops, [])
    assert described(change("op.drop_table('t')"), (0, 0)).questions == []
    assert described(change("op.drop_table('t' + X)")).questions != []


def test_what_loses_nothing_is_no_question(described):
    assert described(change("op.drop_index('ix')"))[:2] == (["takes back two (Add it): reversible"], [])


def test_a_downgrade_that_does_nothing_is_asked_for(described):
    facts, questions, _ = described(change("pass"))
    assert facts[1] == "  two.py:9: does nothing: what the upgrade did stays"
    assert len(questions) == 1


def test_a_downgrade_that_is_known_to_fail_is_refused_with_the_ways_out(described):
    with pytest.raises(Refused, match="raises NotImplementedError.*Nothing was changed. Ways out: some"):
        described(change("raise NotImplementedError"))


def test_the_operators_sql_takes_the_place_of_one_that_fails(described):
    wanted = change("raise NotImplementedError", OverrideSql("two", "one", "SELECT 1"))
    assert described(wanted)[:2] == (["takes back two (Add it) by your own SQL"], [])


def test_sessions_that_are_ended_are_asked_for(described):
    facts, questions, _ = described(change("op.drop_index('ix')"), options=DowngradeOptions())
    assert facts[-1] == "ends a session that would block it: pid 7"
    assert questions == ["This session will be ended: pid 7."]


def test_where_a_snapshot_is_made_its_room_is_looked_at(described):
    assert described(change("op.drop_index('ix')"), options=DowngradeOptions()).facts[0] == "no clone fits"


def test_what_a_rehearsal_found_comes_first_and_the_way_that_loses_nothing_before_all(described):
    answers = f"the image of {COMMIT.short} answers 200 on the present schema"
    kept = Kept(
        [("undo", "undo could not upgrade again"), ("present", answers), ("present", "the image of 1234567 answers")]
    )
    facts, _, _ = described(change("op.drop_index('ix')"), kept=kept, target=COMMIT)
    assert facts[0].startswith(f"no data has to go: {answers}: ")
    assert f"full-rollback --commit {COMMIT.short} --no-database" in facts[0]
    assert facts[1:] == ["rehearsed: undo could not upgrade again", "takes back two (Add it): reversible"]


def test_a_type_that_the_downgrade_forgets_is_named(described, mocker):
    mocker.patch.object(losses.migrations, "left_types", return_value=["mood"])
    facts, questions, _ = described(change("op.drop_index('ix')"))
    assert facts == ["takes back two (Add it): reversible", "  leaves type mood behind: upgrading again may fail"]
    assert questions == []


def test_what_the_upgrade_itself_has_dropped_is_not_said_to_come_back(described):
    wanted = change("op.add_column('t', sa.Column('words', sa.Text()))")
    source = wanted.downgrades[0].source.replace("op.add_column()", "op.drop_column('t', 'words')")
    revision = dataclasses.replace(wanted.downgrades[0], source=source)
    facts, questions, _ = described(dataclasses.replace(wanted, downgrades=(revision,)))
    said = "its upgrade drops column t.words: what that held comes back only as far as the downgrade makes it anew"
    assert facts == ["takes back two (Add it): reversible", f"  {said}; a backup of before has it"]
    assert questions == []


def test_that_no_upgrade_takes_it_back_is_known_from_the_rehearsal(described):
    for text, one_way in (
        ("undo could not upgrade again, only bring the snapshot back: no", True),
        ("undo would not bring back the schema as it is, by upgrading: TYPE mood", False),
    ):
        kept = Kept([("undo", text)])
        assert described(change("op.drop_index('ix')"), kept=kept).one_way == one_way


def test_whether_the_kept_rehearsal_holds_is_said_where_it_counts(described):
    kept = Kept(at=1.0, rests={"schema": "a"}, now={"schema": "b"})
    wanted = change("op.drop_index('ix')")
    assert described(wanted, kept=kept, options=DowngradeOptions(snapshot=False)).facts[0] == kept.line
    assert kept.line not in described(wanted, kept=kept).facts
