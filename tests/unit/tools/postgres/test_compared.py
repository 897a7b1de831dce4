"""What an upgrade yields, compared with the snapshot: each column is the same, different, or not known."""

from __future__ import annotations

import pytest

from tasks.tools.postgres.compared import KEY_CHANGES, NO_KEY, Compared, parse_compared

NEW_IDS = """the upgrade works on a clone
ALIKE	public.same	2
TABLE	public.nokey	2	0	3	
TABLE	public.orders	100	99	0	["id"]
TABLE	public.users	501	0	501	["id"]
VALUE	public.nokey	a	0	0
VALUE	public.orders	id	0	0
VALUE	public.orders	note	0	3
VALUE	public.orders	user_id	99	0
VALUE	public.users	email	0	0
VALUE	public.users	id	0	0
"""


@pytest.fixture
def found() -> Compared:
    return parse_compared(NEW_IDS)


def test_of_new_ids_the_key_and_what_refers_to_it_are_different(found):
    assert [(one.title, one.others) for one in found.different] == [
        ("public.orders.user_id", 99),
        ("public.users.id", 501),
    ]
    assert not found.whole


def test_rows_that_cannot_be_matched_are_not_called_the_same(found):
    unknown = {one.title: one.unknown for one in found.unknown}
    assert unknown == {"public.nokey.a": NO_KEY, "public.users.email": KEY_CHANGES}


def test_what_comes_back_is_the_same_and_what_was_changed_since_is_not(found):
    assert [one.title for one in found.columns if one.same] == ["public.orders.id"]
    assert found.alike == {"public.same": 2}


def test_rows_that_are_gone_are_told_from_those_with_another_key(found):
    assert {one.name: one.gone for one in found.tables} == {"public.nokey": 0, "public.orders": 1, "public.users": 0}


def test_values_that_were_changed_since_do_not_make_an_upgrade_lose_any():
    assert parse_compared('TABLE\tt\t9\t8\t0\t["id"]\nVALUE\tt\tnote\t0\t3\n').whole
    assert parse_compared("").whole


def test_an_answer_that_was_cut_off_is_no_answer():
    with pytest.raises(ValueError):
        parse_compared("TABLE\tt\t9\t8")
