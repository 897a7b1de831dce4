"""The picture: what lies where in time, and nothing drawn of which nothing is known."""

from __future__ import annotations

from msgspec import structs

from tasks.engine.plan import Step
from tasks.incident import picture
from tasks.incident.background import Background, Deployed
from tests.unit.support.incidents import PROVEN, incident, journal, run

STEPS = [Step(name=name, title=name, script=":", outage=name == "stop") for name in ("stop", "snapshot", "checkout")]
LINES = [*journal(("stop", "snapshot", "checkout")), {"at": 1010.0, **PROVEN, "outage": 4.0}]


BOB = Background(deployed=Deployed(400.0, "bob"))


def drawn(lines=None, deployed=None, failing=0.0, **values) -> picture.Picture:
    lines = lines or LINES
    main = structs.replace(run(lines, steps=STEPS), now=2010.0)
    made = incident(lines, main=main, failing=failing, **values)
    return picture.draw(made, main, Background(deployed=Deployed(deployed, "bob") if deployed else None))


def test_before_the_rollback_and_since_then_have_scales_of_their_own():
    parts = drawn(deployed=400.0, failing=900.0).phases
    assert [(p.name, p.x, p.width, p.lasted) for p in parts] == [
        ("before", 0.0, 26.0, "10 minutes"),
        ("the rollback", 26.0, 52.0, "10.0 s"),
        ("since then", 78.0, 22.0, "16 minutes"),
    ]
    assert [p.name for p in drawn().phases] == ["the rollback", "since then"]


def test_the_steps_lie_where_they_ran_each_in_its_row():
    bars = drawn().steps
    assert [(bar.text, bar.row, bar.kind) for bar in bars] == [("1", 1, "step"), ("2", 2, "step"), ("3", 3, "step")]
    assert (bars[0].x, bars[0].width) == (7.8, 3.9)


def test_a_step_that_failed_is_drawn_as_failed():
    assert drawn(journal(("stop", "snapshot"), 1)).steps[-1].kind == "failed"


def test_the_outage_reaches_from_the_stop_to_the_first_good_answer():
    found = drawn(deployed=400.0, failing=900.0)
    assert [(bar.text, bar.x, bar.width) for bar in found.outage] == [("4.0 s", 31.2, 20.8)]
    assert [bar.kind for bar in found.health] == ["errors", "good", "good"]
    assert "did not answer for 4.0 s" in found.words and "errors for 100.0 s before" in found.words


def test_an_outage_whose_end_is_not_known_is_said_so():
    lines = journal(("stop",), 1)
    assert drawn(lines).outage[0].text == "its end is not known"
    assert drawn(lines).health == []
    assert drawn(lines, code=500).health[-1].text == "not healthy now"


def test_an_error_from_before_the_deployment_is_not_of_the_release_that_was_left():
    assert picture.times(incident(LINES, failing=300.0), run(LINES), BOB).failing is None
    assert picture.times(incident(LINES, failing=500.0), run(LINES), BOB).failing == 500.0


def test_the_releases_meet_at_the_checkout():
    left, good = drawn().release
    assert (left.text, good.text) == ("left", "gone back to")
    assert round(left.x + left.width, 1) == good.x
    assert [bar.kind for bar in drawn(journal(("stop",), 1)).release] == ["left"]
    assert drawn(deployed=400.0).release[0].text == "deployed"


def test_a_clock_that_was_set_back_moves_nothing_out_of_the_picture():
    lines = [{**entry, "at": 2000.0 - entry["at"]} for entry in LINES]
    bars = [*drawn(lines).steps, *drawn(lines).health]
    assert all(bar.x >= 0 and bar.x + bar.width <= 100.01 for bar in bars)
