"""A kept rehearsal counts while nothing that it rests on is another: each single thing, and any doubt, voids it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tasks.ssh.shell import Answer
from tasks.tools.alembic import kept_rehearsal
from tasks.tools.alembic.kept_rehearsal import PARTS, Kept, read, rests_on
from tasks.tools.alembic.revisions import Revision
from tasks.tools.alembic.schema_change import OverrideSql, SchemaChange

SCRIPT = "$SCRIPTS/tools/alembic/rehearse.sh"
AT = 1_795_000_000.0
SAME = dict.fromkeys(PARTS, "0123456789abcdef")
CHANGE = SchemaChange(["two"], ["one"], ["one"], (Revision("two", ("one",), source="def downgrade(): pass"),))


def kept(**now: str) -> Kept:
    """A rehearsal whose basis is the same now but for this."""
    return Kept(at=AT, rests=SAME, now={**SAME, **now})


def test_it_holds_where_all_is_as_it_was_and_says_since_when():
    assert kept().holds
    assert kept().changed == []
    assert kept().line == (
        "the downgrade was rehearsed on 2026-11-18 11:06:40 UTC, and nothing that it depends on has changed since"
    )


@pytest.mark.parametrize(("part", "said"), PARTS.items())
def test_each_single_thing_that_is_another_voids_it_and_is_named_alone(part, said):
    changed = kept(**{part: "another"})
    assert (changed.holds, changed.changed) == (False, [said])
    assert changed.line == f"the downgrade is rehearsed again: since 2026-11-18 11:06:40 UTC changed: {said}"


@pytest.mark.parametrize("part", PARTS)
def test_what_is_not_known_then_or_now_voids_it(part):
    less = {key: value for key, value in SAME.items() if key != part}
    for doubtful in (Kept(at=AT, rests=less, now=SAME), Kept(at=AT, rests=SAME, now=less), Kept(at=AT, rests=less)):
        assert not doubtful.holds
        assert PARTS[part] in doubtful.changed
    assert not Kept(at=AT, rests=less, now=less).holds


def test_what_was_kept_by_another_version_with_more_to_rest_on_does_not_hold():
    more = {**SAME, "moon": "full"}
    assert not Kept(at=AT, rests=more, now=more).holds


def test_without_a_time_it_does_not_hold_and_where_nothing_was_kept_nothing_is_said():
    assert not Kept(rests=SAME, now=SAME).holds
    assert Kept().line == ""


def test_a_doubt_and_another_image_are_said():
    assert Kept(at=AT, rests=SAME).line.endswith("since 2026-11-18 11:06:40 UTC what it depends on cannot be told")
    assert Kept(other=AT).line == (
        "the downgrade is rehearsed again: on 2026-11-18 11:06:40 UTC it was with another image"
    )


def test_what_the_script_printed_is_read_and_torn_lines_are_none():
    found = read(Answer("undo no way\nat 12\nrests schema a\nrests image b\nnow schema a\nnow ima", "", 0))
    assert found == Kept([("undo", "no way")], 12.0, {"schema": "a", "image": "b"}, {"schema": "a", "ima": ""})
    assert read(Answer("at soon\nother 13\n", "", 0)) == Kept(other=13.0)
    assert not found.holds


def known(change: SchemaChange) -> dict[str, str]:
    """What is known before of what a rehearsal of it rests on."""
    return dict(line.split(" ") for line in rests_on(change, SCRIPT).splitlines())


def differing(change: SchemaChange) -> set[str]:
    """In what a change differs from CHANGE."""
    return {key for key, value in known(change).items() if known(CHANGE)[key] != value}


@pytest.mark.parametrize(
    ("changed", "parts"),
    [
        (replace(CHANGE, from_heads=["three"]), {"change"}),
        (replace(CHANGE, to_heads=["zero"]), {"change"}),
        (replace(CHANGE, moves=["two@one"]), {"change"}),
        (replace(CHANGE, implied=["zero"]), {"change"}),
        (replace(CHANGE, downgrades=(Revision("two", ("one",), source="def downgrade(): drop()"),)), {"migrations"}),
        (replace(CHANGE, downgrades=()), {"migrations"}),
        (CHANGE.with_override("two", "SELECT 1"), {"change", "sql"}),
    ],
)
def test_the_way_its_migrations_and_the_operators_sql_each_have_a_fingerprint(changed, parts):
    assert differing(changed) == parts
    assert set(known(CHANGE)) == {"tool", "change", "migrations", "sql"}


def test_other_sql_of_the_operator_is_another():
    one, two = (known(replace(CHANGE, moves=[OverrideSql("two", "one", text)])) for text in ("SELECT 1", "SELECT 2"))
    assert {key for key in one if one[key] != two[key]} == {"sql"}


def test_a_rehearsal_by_other_scripts_is_another(monkeypatch):
    before = known(CHANGE)
    monkeypatch.setattr(kept_rehearsal, "_texts", lambda _script: ("another",))
    assert {key for key, value in known(CHANGE).items() if before[key] != value} == {"tool"}
