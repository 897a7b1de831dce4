"""What broke: the last exception in the logs that were kept, and nothing that is only a symptom."""

from __future__ import annotations

from tasks.incident import cause
from tasks.preflight.checks import errorlog
from tests.unit.support.deployment import environment
from tests.unit.support.stage import Stage

LOG = """\
2024-04-02T17:00:00.1Z started
2024-04-02T17:00:01.1Z Traceback (most recent call last):
2024-04-02T17:00:01.2Z RuntimeError: bad deploy
2024-04-02T17:00:02.0Z 10.0.0.1 - - "GET /health HTTP/1.1" 500 -
"""


def found(stage: Stage, **logs: str) -> cause.Kept:
    """What the script finds in these logs."""
    asked = cause.probe(environment(), "r1")
    kept = stage.home / "app" / ".git" / "fab-rollback" / "runs" / "r1" / "evidence"
    kept.mkdir(parents=True)
    for name, text in logs.items():
        (kept / f"{name}.log").write_text(text)
    return cause.of(errorlog.parse(stage.run(asked.commands[""]).stdout))


def test_the_last_exception_is_the_cause_and_the_first_error_says_since_when():
    with Stage() as stage:
        told = found(stage, web="2024-04-02T17:00:00Z ready\n", shop_app=LOG)
    assert told == cause.Kept(cause.Cause("shop_app", "RuntimeError: bad deploy"), 1712077201.0)
    assert told.cause.line == "RuntimeError: bad deploy (the log of shop_app, kept before it was stopped)"


def test_answers_that_fail_are_no_cause_and_neither_is_silence():
    with Stage() as stage:
        assert found(stage, app='2024-04-02T17:00:02.0Z "GET /health HTTP/1.1" 500 -\n') == cause.Kept(
            None, 1712077202.0
        )
    assert cause.of([]) == cause.Kept()


def test_what_an_application_says_that_gives_up_is_a_cause():
    with Stage() as stage:
        told = found(stage, app="2024-04-02T17:00:02.0Z FATAL: CASE_INDEX_URL is not set\n")
    assert told == cause.Kept(cause.Cause("app", "FATAL: CASE_INDEX_URL is not set"), 1712077202.0)


def test_of_a_log_full_of_errors_the_first_and_the_last_are_read():
    many = "".join(f"2024-04-02T17:{n // 60:02}:{n % 60:02}.1Z ERROR number {n}\n" for n in range(600))
    with Stage() as stage:
        told = found(stage, app=f"{many}2024-04-02T18:00:00.1Z ValueError: the last\n")
    assert (told.cause.said, told.since) == ("ValueError: the last", 1712077200.0)
