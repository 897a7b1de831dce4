"""Errors in logs: what counts as one, and when there are too many."""

from __future__ import annotations

import subprocess

import pytest

from tasks.preflight.checks import errorlog
from tasks.preflight.checks.errorlog import Noise
from tasks.ssh.shell import Answer
from tests.unit.support.deployment import environment
from tests.unit.support.stage import Stage, ps


@pytest.mark.parametrize(
    ("line", "counts"),
    [
        ("2026-01-01 10:00:00 ERROR in app: boom", True),
        ("FATAL:  password authentication failed", True),
        ("Traceback (most recent call last):", True),
        ('{"level":"error","msg":"boom"}', True),
        ('10.0.0.1 - - "GET /cases HTTP/1.1" 500 -', True),
        ("panic: runtime error", True),
        ('10.0.0.1 - - "GET /errors HTTP/1.1" 200 512', False),
        ("0 errors, NOERROR, ERRORS_TOTAL 0", False),
        ("LOG:  database system is ready", False),
    ],
)
def test_what_counts_as_an_error(line, counts):
    ran = subprocess.run(["grep", "-aE", errorlog.LOUD], input=f"2026-01-01T10:00:00Z {line}\n", text=True, check=False)
    assert (ran.returncode == 0) is counts


def test_the_last_reason_is_told_and_passwords_are_not():
    out = (
        "= /c_api\n"
        "2026-01-01T10:00:00.1Z Traceback (most recent call last):\n"
        "2026-01-01T10:00:00.2Z psycopg.OperationalError: connection to postgres://u:secret@db failed\n"
        '2026-01-01T10:00:00.3Z 10.0.0.1 "GET / HTTP/1.1" 500 -\n'
        "= /c_db\n"
    )
    api, db = errorlog.parse(out)
    assert api.last == "psycopg.OperationalError: connection to postgres://u:***@db failed"
    assert len(api.times) == 2
    assert db == Noise("c_db")
    assert errorlog.parse("") == []


@pytest.mark.parametrize(
    ("said", "count"),
    [
        (["Traceback (most recent call last):", "KeyError: 'x'"] * 2, 2),
        (["ERROR in app: Exception on /cases [GET]", "Traceback (most recent call last):", "KeyError: 'x'"] * 3, 3),
        (
            [
                "Traceback (most recent call last):",
                "KeyError: 'x'",
                "The above exception was the direct cause of the following exception:",
                "Traceback (most recent call last):",
                "app.errors.NotFound: x",
            ],
            1,
        ),
        (["ERROR one", "ERROR two"], 2),
        (["Error: 'WEB_TIMEOUT'"] * 3, 3),
        (["app.errors.NotFound: x", "ERROR one", "Error: of one"], 2),
    ],
)
def test_an_exception_is_one_error_however_many_lines_tell_of_it(said, count):
    [noise] = errorlog.parse("= /c_api\n" + "".join(f"2026-01-01T10:00:00.1Z {line}\n" for line in said))
    assert len(noise.times) == count


def test_of_a_swarm_the_last_errors_of_each_task_are_read_exceptions_included():
    engine = """case "$*" in
      "service ls"*) echo one ;;
      "service inspect"*) echo shop_api ;;
      "service logs"*) for n in 1 2; do for i in $(seq 400); do
        echo "2026-01-01T10:00:00.1Z shop_api.$n.x7@node$n    | KeyError: '$i'"; done; done ;;
    esac"""
    probe = errorlog.probe(environment(orchestrator="swarm", stack="shop"))
    with Stage(docker=engine) as stage:
        (stage.home / "app").mkdir()
        out = stage.run(probe.commands[""]).stdout
    assert [(n.container, n.last) for n in errorlog.parse(out)] == [
        ("shop_api.1@node1", "KeyError: '400'"),
        ("shop_api.2@node2", "KeyError: '400'"),
    ]
    assert len(out.splitlines()) == 602


def test_only_many_errors_within_a_minute_are_a_burst():
    slowly = Noise("c", [60.0 * n + n for n in range(20)])
    assert slowly.burst == 0
    assert Noise("c", [*slowly.times, 5000.0, 5001.0, 5002.0, 5003.0, 5060.0]).burst == 5


def test_errors_from_before_a_moment_are_left_out():
    noise = Noise("c", [1.0, 2.0], "boom")
    assert noise.since(2.0) == Noise("c", [2.0], "boom")
    assert noise.since(3.0) == Noise("c", [], "")


@pytest.mark.parametrize(
    ("line", "counts"),
    [
        ('10.0.0.1 - - [27/Nov/2026] "GET /health HTTP/1.1" 500 -', False),
        ('INFO: 10.0.0.1:5 - "GET /api/v1.0/health?deep=1 HTTP/1.1" 503 Service Unavailable', False),
        ('"HEAD /healthz/ HTTP/1.1" 500 -', False),
        ('"GET /up HTTP/1.1" 502 157 "-" "curl/8"', False),
        ('"GET / HTTP/1.0" 502 -', False),
        ('"GET /upload HTTP/1.1" 500 -', True),
        ('"POST /cases HTTP/1.1" 500 -', True),
        ("ERROR in app: Exception on /health [GET]", True),
        ("KeyError: 'GET /health'", True),
    ],
)
def test_an_answer_to_a_health_check_is_a_symptom_and_no_error_of_the_log(line, counts):
    engine = f"""case "$*" in
      ps*) {ps("abc api")} ;;
      inspect*) echo "= /c_api" ;;
      logs*) cat <<'LOG'\n2026-01-01T10:00:00Z {line}\nLOG\n;;
    esac"""
    addresses = ["http://h/", "http://h:1/up", {"url": "http://h/v1.0/health"}]
    probe = errorlog.probe(environment(health={"urls": addresses}))
    with Stage(docker=engine) as stage:
        (stage.home / "app").mkdir()
        [noise] = probe.read({"": Answer(stage.run(probe.commands[""]).stdout, "", 0)})
    assert bool(noise.last) is counts


@pytest.mark.parametrize("line", ["Error: Cannot find module 'x'", "ValueError", "KeyError: 'x'"])
def test_the_log_of_a_terminal_ends_its_lines_otherwise(line):
    engine = f"""case "$*" in
      ps*) {ps("abc api")} ;;
      inspect*) echo "= /c_api" ;;
      logs*) printf '2026-01-01T10:00:00Z %s\\r\\n' "" "{line}" ;;
    esac"""
    probe = errorlog.probe(environment())
    with Stage(docker=engine) as stage:
        (stage.home / "app").mkdir()
        [noise] = probe.read({"": Answer(stage.run(probe.commands[""]).stdout, "", 0)})
    assert (len(noise.times), noise.last) == (1, line)


def test_each_log_is_asked_for_what_is_loud_or_a_reason():
    engine = f"""case "$*" in
      ps*) {ps("abc api")} ;;
      inspect*) echo "= /c_api" ;;
      logs*) echo "2026-01-01T10:00:00Z all is well"; echo "2026-01-01T10:00:01Z ERROR boom" >&2 ;;
    esac"""
    probe = errorlog.probe(environment())
    with Stage(docker=engine) as stage:
        (stage.home / "app").mkdir()
        done = stage.run(probe.commands[""])
    assert done.returncode == 0
    [noise] = probe.read({"": Answer(done.stdout, "", 0)})
    assert (noise.container, len(noise.times), noise.last) == ("c_api", 1, "ERROR boom")
