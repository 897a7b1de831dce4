"""Names of copies stay within PostgreSQL's limit, tell copies apart, and never claim a stranger."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.tools.postgres.names import Copy, copy_name, parse_copy

NAME = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1).filter(
    lambda name: len(name.encode()) <= 63
)
ID = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9.-]{0,23}", fullmatch=True)
KIND = st.sampled_from(["snap", "old", "new"])


def test_a_copy_is_named_after_its_database_its_kind_and_its_run():
    assert copy_name("shop", "snap", "r1") == "shop__snap_r1"


@given(NAME, KIND, ID)
def test_every_copy_fits_and_is_recognised(live, kind, run_id):
    name = copy_name(live, kind, run_id)
    assert len(name.encode()) <= 63
    assert parse_copy(name, live) == Copy(name, kind, run_id)


@given(NAME, NAME, ID)
def test_long_names_that_begin_alike_have_different_copies(a, b, run_id):
    if a != b:
        assert copy_name(a, "old", run_id) != copy_name(b, "old", run_id)


@pytest.mark.parametrize("name", ["shop", "shop__old_", "shop__old_a b", "shop__tmp_1", "xshop__old_1", "shop2__old_1"])
def test_other_databases_are_not_copies(name):
    assert parse_copy(name, "shop") is None


def test_a_live_database_with_the_name_of_a_copy_is_not_its_own_copy():
    assert parse_copy("shop__old_1", "shop__old_1") is None


@pytest.mark.parametrize("run_id", ["", "a/b", "x" * 25, "-a", "a'b", "a_b"])
def test_an_id_that_could_not_be_read_back_is_refused(run_id):
    with pytest.raises(ValueError):
        copy_name("shop", "old", run_id)
