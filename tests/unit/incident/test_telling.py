"""The team is told by itself of the turns that hosts.yaml names, and no run suffers from it."""

from __future__ import annotations

import time

import pytest

from tasks.engine.world import Outcome, Turn
from tasks.incident import telling
from tasks.tools.secrets import Secrets
from tests.listener import listening
from tests.unit.support.deployment import environment
from tests.unit.support.mailbox import mailbox
from tests.unit.support.playing import START, STOP, Member, plan

ON = ["start", "success", "failure"]
OUTCOME = Outcome(
    run="run-1",
    task="full-rollback",
    purpose="back",
    steps=[],
    checks=[],
    seconds=14.0,
    recovery=12.0,
    outage=3.25,
    back="fab undo",
)
SUCCESS, FAILURE = Turn("success", outcome=OUTCOME), Turn("failure", why="u@h:22: Start: no\n  | hunter2\n  next: x")


@pytest.fixture(autouse=True)
def patience(mocker):
    """However busy this machine is."""
    mocker.patch.object(telling, "WAIT", 120)


def member(*addresses: str, on=ON) -> Member:
    made = Member()
    made.environment = environment(name="dev", notify={"addresses": [*addresses], "on": [*on]})
    return made


def told(host: Member, *turns: Turn, task: str = "full-rollback") -> None:
    deployment = telling.Deployment()
    for turn in turns:
        deployment.tell(host, plan(STOP, START, task=task, summary={"is lost": "no data"}), turn)


def test_the_start_and_the_end_are_told_over_http_and_noted_in_the_journal(capsys):
    with listening() as (address, got):
        host = member(address)
        told(host, Turn("start"), SUCCESS)
    assert sorted(one["title"] for one in got) == ["dev: full-rollback done and verified", "dev: full-rollback started"]
    assert [command.count("notified") for command in host.commands] == [1, 1]
    assert "success: 1 of 1 addresses" in host.commands[-1]
    assert capsys.readouterr().out == ""


def test_a_mail_says_who_what_outage_data_and_what_is_next():
    with mailbox() as (address, got):
        told(member(address), SUCCESS)
    text = got[0].get_body(("plain",)).get_content()
    assert (got[0]["subject"], got[0]["to"]) == ("dev: full-rollback done and verified", "team@shop.example")
    assert len(text.splitlines()) >= 6
    for part in (
        "full-rollback, back",
        "Outage: 3.2 s",
        "Data lost: no data",
        "fab incident.report --output report.html",
    ):
        assert part in text


def test_a_failure_is_told_without_the_lines_of_a_log():
    with listening() as (address, got):
        told(member(address), FAILURE)
    assert got[0]["title"] == "dev: full-rollback FAILED"
    assert "Why: u@h:22: Start: no\nnext: x" in got[0]["message"]
    assert "hunter2" not in got[0]["message"]


@pytest.mark.parametrize(("on", "titles"), [([], []), (["failure"], ["dev: full-rollback FAILED"])])
def test_nothing_is_told_that_nobody_asked_for(on, titles):
    with listening() as (address, got):
        told(member(address, on=on), Turn("start"), FAILURE)
        told(member(address), Turn("start"), SUCCESS, task="containers.restart")
    assert [one["title"] for one in got] == titles


def test_addresses_alone_are_told_nothing_by_themselves_as_ever():
    with listening() as (address, got):
        host = Member()
        host.environment = environment(notify=[address])
        told(host, Turn("start"), SUCCESS)
    assert got == []


def test_an_address_that_fails_is_one_line_and_the_others_are_told(capsys):
    with listening() as (good, got), listening(status=500) as (bad, _):
        told(member(bad, good), SUCCESS)
    said = capsys.readouterr().out
    assert said == "! notify: the message of the success: address 1 (json): not delivered: refused, or no answer\n"
    assert len(got) == 1 and "pa55word" not in said


def test_a_message_that_does_not_get_away_keeps_nobody_waiting(mocker, capsys):
    mocker.patch.object(telling, "WAIT", 0.01)
    mocker.patch.object(telling.notify, "send", side_effect=lambda *_: time.sleep(0.2))
    told(member("json://x"), SUCCESS)
    assert capsys.readouterr().out == "! notify: the message of the success was not sent within 0.01 s\n"


def test_whatever_goes_wrong_with_a_message_the_run_goes_on(mocker, capsys):
    mocker.patch.object(telling.news, "of_turn", side_effect=KeyError("who"))
    told(member("json://x"), Turn("start"))
    assert capsys.readouterr().out == "! notify: nobody could be told: 'who'\n"


def test_a_value_of_the_deployment_in_a_failure_is_masked(mocker):
    host = member("json://x")
    mocker.patch.object(Member, "ask", return_value=Secrets(["hunter2"]))
    sent = mocker.patch.object(telling.notify, "send", return_value=[])
    told(host, Turn("failure", why="h: login with hunter2 failed"))
    assert "login with *** failed" in sent.call_args.args[2]
