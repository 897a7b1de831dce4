"""What the team reads: who, what, why, outage, data, next, report."""

from __future__ import annotations

from msgspec import structs

from tasks.engine.world import Turn
from tasks.incident import news
from tasks.incident.cause import Cause
from tasks.tools.secrets import Secrets
from tests.unit.support.deployment import environment
from tests.unit.support.incidents import PROVEN, incident, journal, run
from tests.unit.support.playing import PREPARE, START, STOP, Member, plan

LINES = journal(("stop", "start"), 0, {**PROVEN, "outage": 9.3})
DONE = ({"event": "documented", "what": "in r.html on laptop"},)


def host() -> Member:
    made = Member()
    made.environment = environment(name="dev")
    return made


def test_a_start_says_what_is_going_to_happen():
    lost = {"is lost": "3 values; the data of before: database s"}
    made = plan(PREPARE, STOP, START, summary=lost, because="orders failed")
    told = news.of_turn(host(), made, Turn("start"), Secrets([]))
    assert told.title == "dev: full-rollback started"
    for line in (
        "What: full-rollback, back",
        "Where: dev (u@h:22)",
        "Because: orders failed",
        "Outage: expected in step 2 of 3",
        "Data lost: 3 values; kept in: database s",
    ):
        assert line in told.text.splitlines()
    assert [line for line in told.text.splitlines() if line.startswith("Who: ")]
    assert (
        news.of_turn(host(), made, Turn("start", again=True), Secrets([])).title == "dev: full-rollback taken up again"
    )


def test_of_a_finished_run_all_is_told_by_hand():
    cause = Cause("app", "RuntimeError: bad deploy")
    main = structs.replace(run(LINES, summary={"is lost": "no data"}), now=1120.0)
    told = news.of_incident(incident(LINES, cause=cause, main=main), "We are back.").text.splitlines()
    assert told[0] == "We are back."
    assert told[1].startswith("shop: full-rollback, bbbb → aaaa: proven")
    assert told[2:] == [
        "Who: ada from laptop, 1970-01-01 00:16:40 UTC, 2 minutes ago",
        f"Why: {cause.line}",
        "Outage: 9.3 s during the run",
        "Data lost: no data",
        "Next: nothing",
        "Report: not written yet: fab incident.report --output report.html",
    ]


def test_what_is_not_over_is_not_told_as_if_it_were():
    failed = {"event": "failed", "step": "start", "why": "no", "half": True}
    told = news.of_incident(incident(journal(("stop", "start"), 1, failed))).text
    assert "Outage: not over, or not proven to be" in told and "Next: fab resume" in told
    assert "Why: not known yet" in told
    assert "Next: fab diagnose" in news.of_incident(incident(LINES, code=500)).text


def test_where_the_report_is_and_the_way_back_are_told():
    lines = journal(("stop", "start"), 0, PROVEN, *DONE)
    told = news.of_incident(incident(lines, main=run(lines, back="fab x"))).text
    assert "Report: in r.html on laptop" in told and "Next: nothing; the way back: fab x" in told
    assert "not measured" not in told


def test_without_a_run_only_the_present_is_told():
    assert news.of_incident(incident()).text.startswith("shop: no rollback was run. Now: ")


def test_an_outage_that_nobody_measured_is_not_called_none():
    assert news.outage(plan(STOP), None) == "not measured"
    assert news.outage(plan(START), None) == "none: the application went on"
    assert news.outage(plan(STOP), 600.0) == "10 minutes during the run"
