"""What is lost and what keeps it, as the plan of the run says it."""

from __future__ import annotations

import pytest

from tasks.engine.before import DroppedBefore, SchemaBefore, SwappedBefore
from tasks.engine.plan import Step
from tasks.incident import impact
from tasks.incident.background import Background
from tests.unit.support.incidents import PROVEN, incident, journal, run
from tests.unit.support.playing import START, STOP, plan

DOWN = Step(name="downgrade", title="Downgrade", script="")
UP = Step(name="upgrade", title="Upgrade", script="")
SINCE = "what was written since the backup"


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"summary": {"is lost": "no data"}}, ("no data", "")),
        ({"summary": {"is lost": "3 values; the data of before: database s"}}, ("3 values", "kept in: database s")),
        ({}, ("no data", "no step of the plan touches them")),
        ({"before": SwappedBefore(swapped="old"), "steps": [DOWN]}, (SINCE, "kept in: database old")),
        ({"before": DroppedBefore(dropped="b/x.dump"), "steps": [DOWN]}, (SINCE, "kept in: the dump b/x.dump")),
        ({"before": DroppedBefore(), "steps": [DOWN]}, (SINCE, "not kept")),
        (
            {"before": SchemaBefore(snapshot="s", dump="b/s.dump"), "steps": [DOWN], "questions": ["3 rows. Go on?"]},
            ("3 rows", "kept in: database s, or if it could not be made, the dump b/s.dump"),
        ),
        (
            {"before": SchemaBefore(snapshot="s", dump="d"), "steps": [UP]},
            ("not known", "kept in: database s, or if it could not be made, the dump d"),
        ),
        (
            {"before": SchemaBefore(), "steps": [DOWN], "questions": ["Sure?"]},
            ("no data, as far as the migrations show", "no copy was made before"),
        ),
    ],
)
def test_what_is_lost_and_what_keeps_it(values, said):
    steps = values.pop("steps", [STOP, START])
    assert impact.data(plan(*steps, **values)) == said


def test_an_outage_that_was_not_measured_is_not_called_short():
    lines = journal(("stop", "start"), 0, PROVEN)
    figures = {one.name: one for one in impact.figures(incident(lines), run(lines, steps=[STOP]), Background())}
    assert figures["Not served in the run"].value == "not measured"
    figures = {one.name: one for one in impact.figures(incident(lines), run(lines, steps=[START]), Background())}
    assert figures["Not served in the run"].value == "0 s"
    assert "Deployed" not in figures
