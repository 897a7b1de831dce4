"""One screen, however much is broken."""

from __future__ import annotations

import pytest

from tasks.preflight import examine, overview
from tasks.ssh.shell import NOT_REACHED, Answer
from tests.unit.support.deployment import container, environment, examined, state

JOURNAL = '= r1\n{"event": "run", "task": "full-rollback", "at": 1700000000}\n{"at":1,"event":"proven"}\n'


def shown(e, **answers: Answer) -> tuple[bool, dict[str, str]]:
    """Return whether all is well, and the lines."""
    unanswered = dict.fromkeys(overview.questions(environment()), NOT_REACHED)
    found = overview.overview("h", environment(), e, {**unanswered, **answers})
    return found.well, dict(found.lines)


def test_a_healthy_deployment_is_told_in_full():
    well, lines = shown(examined(), runs=Answer(JOURNAL, "", 0))
    assert well
    assert lines["code"] == "aaaaaaaaaaaa (a subject), main"
    assert lines["containers"] == "c_api running 2 hours, c_db running healthy 2 hours"
    assert lines["database"] == "two, as HEAD needs it"
    assert lines["health"] == "http://127.0.0.1:8000/health 200"
    assert lines["last run"].startswith("r1 (full-rollback), 2023-11-14 22:13:20 UTC")


def test_every_line_is_there_when_nothing_answers():
    found = examine.read(environment(), dict.fromkeys(examine.questions(environment()), NOT_REACHED))
    well, lines = shown(found)
    assert not well
    assert all(lines.values())
    assert lines["last run"] == "none"


@pytest.mark.parametrize(
    ("seen", "line", "text"),
    [
        (state(container("api", status="exited", exit_code=3), container("db")), "containers", "c_api exited (3)"),
        (state(container("api", restarts=4), container("db")), "containers", "c_api running 2 hours, 4 restarts"),
        (state(container("db")), "containers", "api has none"),
        (state(revision=["one"]), "database", "one, but HEAD needs two"),
        (state(revision=None, problems={"revision": "no container"}), "database", "no container"),
    ],
)
def test_what_is_broken_stands_in_its_line(seen, line, text):
    found = shown(examined(seen))[1]
    assert text in found[line]
