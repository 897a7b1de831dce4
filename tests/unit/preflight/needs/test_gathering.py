"""A host is asked for all that it needs, in few round trips, however much of it is broken."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import structs

from tasks.console.errors import Refused
from tasks.preflight.needs import gathering, needs_table
from tasks.preflight.present import target_files
from tasks.preflight.revisions import schema_choice
from tasks.preflight.target import commit_choice, image_choice
from tasks.preflight.target.image_choice import Choice
from tasks.ssh.probe import Probe, together
from tasks.ssh.shell import NOT_REACHED, Answer
from tasks.tools.compose.images import Decided
from tests.unit.support.deployment import GOOD, environment, examined
from tests.unit.support.needs import PAST
from tests.unit.support.reports import COMMIT, DOWN, FILES, WANTED
from tests.unit.support.scripted import Scripted


class Silent(Scripted):
    """A host that is reached, and answers no command otherwise than `says`."""

    says = NOT_REACHED

    def ask(self, *probes: Probe, timeout: int = 0) -> Any:
        self.__dict__["rounds"] = self.__dict__.get("rounds", 0) + 1
        whole = together(*probes)
        found = whole.read(dict.fromkeys(whole.commands, self.says))
        return found if len(found) > 1 else found[0]


def test_of_a_host_on_which_nothing_answers_every_need_is_judged_all_the_same():
    host = Silent()
    found = {need.name: need.state for need in gathering.judged(host, None)}
    assert found.keys() >= {"ssh", "engine", "checkout", "last good", "database", "backup", "clock"}
    assert (found["ssh"], found["engine"], found["checkout"]) == ("ok", "missing", "missing")
    assert host.__dict__["rounds"] <= 4


def test_a_host_that_is_not_reached_is_one_line_that_says_why():
    host = Scripted({"*": Refused("u@h:22: nothing answers there")}, connected=False)
    (need,) = gathering.judged(host, None)
    assert (need.state, need.cure) == ("missing", "ssh -t u@h")
    assert "nothing answers there" in need.found


@pytest.mark.parametrize(("now", "ahead"), [(99, -0.5), (100, 0), (101, 0), (70, -29.5), (200, 98.6)])
def test_a_clock_is_apart_only_by_what_the_question_cannot_have_taken(now, ahead):
    assert gathering.apart(now, 100.5, 101.4) == pytest.approx(ahead)


@pytest.fixture
def met(mocker):
    """A host on which the release to go back to is understood."""
    mocker.patch.object(commit_choice, "known", return_value=COMMIT)
    mocker.patch.object(target_files, "check", return_value=WANTED)
    mocker.patch.object(
        image_choice, "choose", return_value=Choice(list(FILES.built), [Decided("web", "r/web:2", "w", "")])
    )
    mocker.patch.object(schema_choice, "needed", return_value=DOWN)
    return Silent()


def target(host):
    found = gathering._further(host, examined(), PAST, primary=True)
    return found["target"]


def test_the_release_to_go_back_to_has_images_that_are_built_and_such_that_a_registry_has(met):
    found = {one.service: (one.name, one.pulled) for one in target(met).images}
    assert found["api"] == (f"app_api:{GOOD}", False)
    assert found["web"] == ("r/web:2", True)
    assert target(met).change == DOWN


def test_what_makes_it_impossible_is_kept_and_the_schema_is_looked_at_all_the_same(met, mocker):
    mocker.patch.object(target_files, "check", side_effect=Refused("it has no service web"))
    mocker.patch.object(schema_choice, "way_down", side_effect=Refused("more than one way down"))
    assert (target(met).problem, target(met).unreachable) == ("it has no service web", "more than one way down")


def test_without_alembic_no_schema_is_asked_for_and_without_a_database_no_server(met):
    plain = environment(database=None)
    met.environment = structs.replace(plain, compose=plain.compose)
    found = gathering._further(met, examined(), PAST, primary=True)
    assert (found["target"].change, found["data"].problem) == (None, "no database")


def test_why_the_database_does_not_answer_is_told():
    class Unreached(Silent):
        says = Answer(out="", err="shop_db runs on two, which cannot be reached\n", code=2)

    found = gathering._further(Unreached(), examined(), PAST, primary=True)
    assert found["data"].problem == "shop_db runs on two, which cannot be reached"


def test_the_commit_to_go_back_to_is_the_one_recorded_or_else_the_one_before():
    assert PAST.target == GOOD
    assert structs.replace(PAST, ledger=[]).target == GOOD
    assert structs.replace(PAST, ledger=[], positions=[]).target == ""


def test_needs_are_named_as_they_are_in_the_table():
    assert {need.name for need in needs_table.unreached("x", "ssh h")} <= needs_table.NEEDS.keys()
