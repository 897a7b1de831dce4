"""The last incident in a sentence or two, and nothing in them that is not so."""

from __future__ import annotations

from msgspec import structs

from tasks.engine.plan import Step
from tasks.engine.uptime import Answers, Change
from tasks.incident import happened, headline
from tasks.incident.timeline import noticed
from tasks.preflight.present.state import State
from tests.unit.support.incidents import PROVEN, container, incident, journal, run


def test_a_failure_is_never_called_a_recovery():
    failed = {"event": "failed", "step": "start", "why": "app exited", "half": True}
    line = headline.of(incident(journal(("stop", "checkout", "start"), 1, failed), status="exited", code=500))
    assert "not proven: failed; it is applied only in part" in line
    assert "NOT healthy: http://127.0.0.1/health: 500; app is exited" in line


def test_a_proven_rollback_that_broke_afterwards_says_both():
    line = headline.of(incident(journal(("stop", "start"), 0, PROVEN), code=502))
    assert "proven" in line and "NOT healthy: http://127.0.0.1/health: 502" in line


def test_without_a_run_the_status_says_so():
    assert headline.of(incident()).startswith("shop: no rollback was run. Now: aaaaaaaaaaaa")


def test_nothing_is_claimed_of_what_could_not_be_read():
    line = headline.of(incident(seen=State(problems={"head": "no git"})))
    assert "an unreadable commit, NOT healthy: no container" in line


def test_a_deployment_is_well_where_all_runs_and_answers():
    assert headline.well(incident().seen)
    assert not headline.well(State())
    assert not headline.well(incident(code=500).seen)
    assert not headline.well(State(containers=[container("app", "exited")]))


def test_the_story_is_told_to_somebody_who_knows_no_command():
    lines = journal(("stop", "start"), 0, {**PROVEN, "outage": 9.3})
    assert headline.story(incident(lines), run(lines)) == (
        "ada started a full rollback (code, database schema and containers) on shop, 1970-01-01 00:16:40 UTC. "
        "It was proven on the host 16 minutes later; the application did not answer for 9.3 s meanwhile. "
        "Now: aaaaaaaaaaaa (Show the court), healthy."
    )


def test_the_reason_that_was_given_is_part_of_the_story():
    lines = journal(("stop",), 0, PROVEN)
    assert " ago" not in headline.story(incident(lines), run(lines))
    assert "00:16:40 UTC, because: v3 answers 500. It was" in headline.story(
        incident(lines), run(lines, because="v3 answers 500.")
    )


def test_the_story_of_a_failure_ends_with_the_present():
    failed = {"event": "failed", "step": "start", "why": "app exited", "half": True}
    lines = journal(("stop", "start"), 1, failed)
    told = headline.story(incident(lines, code=500), run(lines, task="mine"))
    assert "ada started the task mine on shop" in told
    assert "It is not proven to have worked (failed), and it is applied only in part. Now: " in told
    assert "proven on the host" not in told and told.endswith("500.")


def test_the_outage_is_told_as_the_host_noted_it():
    noted = Answers(1000.0, 1010.0, [Change(1000.0, True), Change(1002.0, False), Change(1006.0, True)])
    lines = journal(("stop", "start"), 0, {**PROVEN, "at": 1009.0})
    steps = [Step(name=name, title=name, script="", outage=name == "stop") for name in ("stop", "start")]
    main = structs.replace(run(lines, steps=steps), answers=noted)
    assert "outage 4.0 s, recovered 6.0 s after the run began" in headline.of(incident(lines, main=main))
    assert "outage" not in headline.of(incident(lines, main=structs.replace(main, answers=None)))
    told = [happened.WORDS[entry.event] for entry in noticed(main)]
    assert told == ["the application answers", "the application does NOT answer", "the application answers"]
