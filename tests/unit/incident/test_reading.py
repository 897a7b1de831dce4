"""Which line of each log to read first, and which log before the others."""

from __future__ import annotations

import pytest

from tasks.incident.reading import First, first_lines
from tests.unit.support.deployment import environment

AT = "2026-01-01T10:00:00.1Z"


@pytest.mark.parametrize(
    ("lines", "line", "text"),
    [
        (["started", "ERROR in worker: first", "KeyError: 'price'", "ERROR again"], 3, "KeyError: 'price'"),
        (["redis.exceptions.ConnectionError: old", "x.y.ValueError: the last"], 2, "x.y.ValueError: the last"),
        (["ERROR boom", "FATAL: no queue is set", "ERROR boom"], 2, "FATAL: no queue is set"),
        (["ERROR boom", '"GET /health HTTP/1.1" 500 -'], 1, "ERROR boom"),
        (["all is well", '"GET /health HTTP/1.1" 500 -'], 0, ""),
    ],
)
def test_of_a_log_the_worst_line_is_named(lines, line, text):
    log = "".join(f"{AT} {one}\n" for one in lines)
    assert first_lines(environment(), {"logs/worker.log": log}) == [First("logs/worker.log", line, text)]


def test_the_most_suspicious_log_comes_first_and_what_the_run_kept_before_what_runs_now():
    texts = {
        "logs/cache.log": f"{AT} ready\n",
        "logs/db.log": f"{AT} FATAL:  role does not exist\n",
        "logs/api.log": f"{AT} ValueError: now\n",
        "run/evidence/api.log": f"{AT} KeyError: 'kept'\n",
        "run/01-stop.1.log": f"{AT} KeyError: 'of a step, not of a service'\n",
        "git.txt": f"{AT} KeyError: 'in a commit'\n",
    }
    named = [one.file for one in first_lines(environment(), texts)]
    assert named == ["run/evidence/api.log", "logs/api.log", "logs/db.log", "logs/cache.log"]


def test_of_a_swarms_log_the_name_of_the_task_is_passed_over():
    [first] = first_lines(environment(), {"logs/shop_api.log": f"{AT} shop_api.1.x7@node2    | KeyError: 'price'\n"})
    assert (first.line, first.text) == (1, "KeyError: 'price'")
