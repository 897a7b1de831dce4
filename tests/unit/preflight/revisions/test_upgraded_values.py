"""Whether values come back by upgrading: tried on a clone, or the reason why it is not known."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from tasks.console.errors import Refused, TimedOut
from tasks.preflight.revisions import upgraded_values as values
from tasks.tools.postgres.compared import Compared, parse_compared
from tests.unit.support import reports
from tests.unit.support.deployment import environment
from tests.unit.support.reports import UP
from tests.unit.support.restoring import LIVE, server
from tests.unit.tools.postgres.test_compared import NEW_IDS

FOUND = reports.migration(UP)


def compared(ended=None, there=None, image="sha256:1"):
    """Return what was found by a host whose rehearsal `ended` so."""

    def sh(script, **_):
        if isinstance(ended, Exception):
            raise ended
        return ended

    host = SimpleNamespace(environment=environment(), address="u@h:22", sh=sh)
    host.ask = lambda *_: (server() if there is None else there, {"it": image})
    return values.compare(host, FOUND, "d__snap_1", "ways out")


def result(code=0, out="", err=""):
    return SimpleNamespace(ok=code == 0, exited=code, stdout=out, stderr=err)


def test_what_the_rehearsal_printed_is_what_was_found():
    assert compared(result(out=NEW_IDS)) == parse_compared(NEW_IDS)


def test_an_upgrade_that_does_not_work_is_refused_with_what_leads_on():
    with pytest.raises(Refused, match="type exists. ways out"):
        compared(result(2, err="log\nthe rehearsal of upgrade two failed: type exists. ways out\n"))


@pytest.mark.parametrize(
    ("ended", "why"),
    [
        (result(2, "the upgrade works on a clone\n", "psql: no\n"), "the comparison failed: psql: no"),
        (result(1, err="the clone could not be made\n"), "the comparison failed: the clone could not be made"),
        (result(out="TABLE\tt\t1"), "the comparison was cut off"),
        (TimedOut("u@h:22: a command did not end in 600 s."), "u@h:22: a command did not end in 600 s"),
    ],
)
def test_a_comparison_that_fails_claims_and_refuses_nothing(ended, why):
    assert compared(ended) == why


@pytest.mark.parametrize(
    ("there", "image", "why"),
    [
        (None, "", "no rehearsal beforehand"),
        (server(live=None), "x", "does not say how large"),
        (server(live=replace(LIVE, bytes=3 * 10**9)), "x", "too large: it has 3.0 GB"),
        (server(free=2000), "x", "too little disk"),
    ],
)
def test_what_cannot_be_compared_says_why(there, image, why):
    assert why in compared(there=there, image=image)


def test_every_column_is_told_as_what_it_is():
    assert values.told(parse_compared(NEW_IDS)) == [
        "public.orders.user_id: upgrading yields other values in 99 of 100 rows than the snapshot has",
        "public.users.id: upgrading yields other values in 501 of 501 rows than the snapshot has",
        "1 rows of public.orders are in the snapshot only: upgrading does not bring them back",
        "public.nokey: whether the values of a come back cannot be known: no primary key to match its rows by",
        "public.users: whether the values of email come back cannot be known: its rows cannot be matched, their key "
        "comes back different",
        "public.orders.note: 3 rows have another value than in the snapshot, and keep it: changed since, or by the "
        "downgrade",
        "come back as the snapshot has them: public.orders.id",
        "the same throughout: 1 table: public.same",
    ]
    assert values.told(Compared()) == []


def test_of_many_names_five_are_shown():
    assert values.names([*"abcdefg"]) == "a, b, c, d, e and 2 more"
