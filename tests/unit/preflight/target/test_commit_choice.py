"""Which commit is the last good one, and what is said where there is none."""

from __future__ import annotations

import pytest

from tasks.console.errors import Refused
from tasks.preflight.history import ledger
from tasks.preflight.history.past import Past
from tasks.preflight.target import commit_choice

HERE = "a" * 40


@pytest.mark.parametrize(
    ("past", "why"),
    [
        (Past([HERE]), "the reflog knows no earlier deployment"),
        (Past([HERE], ledger=[ledger.Entry(event=ledger.GOOD, commit=HERE)]), f"HEAD {HERE[:12]} is the last good"),
        (Past(), "the reflog knows no earlier deployment"),
    ],
)
def test_where_none_is_known_it_says_whether_head_is_the_good_one_itself(mocker, past, why):
    mocker.patch.object(commit_choice, "candidates", return_value=([], past))
    with pytest.raises(Refused, match=why):
        commit_choice.find_last_good(mocker.Mock(address="u@h:22"))
