"""Whose users a drill may interrupt, and what it goes back to."""

from __future__ import annotations

import pytest
from msgspec import structs

from tasks.config import inventory
from tasks.console.commands import fab
from tasks.console.errors import Refused
from tasks.preflight import practice
from tasks.preflight.backups import finding
from tasks.preflight.backups.backup_files import Found
from tasks.preflight.target import commit_choice
from tasks.tools.http.fetch import Response
from tests.unit.support.deployment import GOOD, environment, state
from tests.unit.support.scripted import Scripted


@pytest.fixture
def production(mocker):
    return mocker.patch.object(inventory, "is_production", side_effect=lambda name: name == "production")


def test_production_is_interrupted_only_by_its_name(production):
    here = structs.replace(environment(), name="production")
    with pytest.raises(Refused, match="production is production: a drill in its place interrupts those who use it"):
        practice.may_interrupt(here, None)
    practice.may_interrupt(here, "production")
    with pytest.raises(Refused, match="--interrupt staging: this is production"):
        practice.may_interrupt(here, "staging")


def test_of_a_stack_no_copy_is_made_and_none_is_offered(production):
    here = structs.replace(environment(orchestrator="swarm", stack="shop"), name="production")
    with pytest.raises(Refused, match="no copy of a swarm's stack is made") as refused:
        practice.may_copy(here)
    assert refused.value.next == [fab("backups.check --file latest --restore"), fab("db.rehearse"), fab("drill")]
    with pytest.raises(Refused) as refused:
        practice.may_interrupt(here, None)
    assert refused.value.next == [fab("drill --interrupt production")]
    practice.may_copy(environment())


def test_elsewhere_nothing_has_to_be_named(production):
    practice.may_interrupt(structs.replace(environment(), name="staging"), None)


def host() -> Scripted:
    return Scripted().replies(lambda _name: "1000")


def test_an_application_that_is_ill_is_not_practised_on(mocker):
    found = mocker.patch.object(practice.fleetwide, "look", return_value=state())
    found.return_value = structs.replace(state(), responses=[Response("http://h/health", 200)])
    practice.must_be_well(Scripted())
    found.return_value = structs.replace(state(), responses=[Response("http://h/health", 500)])
    with pytest.raises(Refused, match=r"http://h/health: 500: a drill starts from an application that is well"):
        practice.must_be_well(Scripted())


def test_it_goes_back_to_the_last_good_release_and_the_newest_backup(mocker):
    mocker.patch.object(commit_choice, "find_last_good", return_value=(GOOD, "recorded as good"))
    newest = Found("backups/d.dump", 1, 400, "custom", "", (), taken=400)
    mocker.patch.object(finding, "latest", return_value=newest)
    found = practice.aim(host())
    assert (found.commit, found.backup, found.old) == (GOOD, "backups/d.dump", 600.0)
    assert found.told == [
        f"the last good release: {GOOD[:12]}, recorded as good",
        "the newest backup: backups/d.dump, 10 minutes old",
    ]


def test_what_it_cannot_go_back_to_is_told_with_the_reason(mocker):
    mocker.patch.object(commit_choice, "find_last_good", side_effect=Refused("no earlier deployment."))
    mocker.patch.object(finding, "latest", side_effect=Refused("there is no backup."))
    found = practice.aim(host())
    assert (found.commit, found.backup, found.old) == ("", "", None)
    assert "none: no earlier deployment" in found.told[0] and "none: there is no backup" in found.told[1]
