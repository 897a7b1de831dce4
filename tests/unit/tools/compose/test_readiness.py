"""When services count as ready: judged by the awk program that the host runs."""

from __future__ import annotations

import os
import subprocess
from shlex import quote

import pytest

from tasks.config.settings import Address
from tasks.ssh import scripts
from tasks.tools.compose import readiness
from tests.unit.support.deployment import environment
from tests.unit.support.stage import Stage, ps


def judged(present: str, first: str = "", services: str = "api=1 db=1", answering: str = "") -> list[str]:
    """Return what the judge says of two looks."""
    known = {**os.environ, "services": services, "answering": answering}
    text = f"{first or present}\n--\n{present}\n"
    judge = scripts.PACKAGE / "tools/compose/containers/wait-until-ready.awk"
    ran = subprocess.run(["awk", "-f", judge], input=text, capture_output=True, text=True, env=known, check=True)
    return ran.stdout.splitlines()


DB = "db /db running 0 t0 , healthy"


@pytest.mark.parametrize(
    ("api", "verdict"),
    [
        ("api /api running 0 t1 ,8000, healthy", "ready"),
        ("api /api running 0 t1 ,8000,", "steady"),
        ("api /api running 0 t1 , starting", "wait"),
        ("api /api restarting 1 t1 ,", "wait"),
        ("api /api exited 0 t1 ,", "bad"),
        ("api /api running 0 t1 , unhealthy", "broken"),
    ],
)
def test_one_look_at_a_container_says_how_far_it_is(api, verdict):
    assert judged(f"{api}\n{DB}")[-1] == verdict


def test_a_container_that_was_restarted_meanwhile_is_shaky_and_then_a_loop():
    first = f"api /api running 1 t1 ,\n{DB}"
    assert judged(f"api /api running 2 t2 ,\n{DB}", first)[-1] == "shaky"
    assert judged(f"api /api running 4 t3 ,\n{DB}", first) == ["keeps-restarting api /api", "broken"]


def test_restarts_from_before_are_not_held_against_a_container():
    assert judged(f"api /api running 7 t1 ,\n{DB}")[-1] == "steady"


def test_an_answer_on_its_port_proves_a_container():
    assert judged(f"api /api running 0 t1 ,8000,\n{DB}", answering="8000")[-1] == "ready"
    assert judged(f"api /api running 0 t1 ,18000,\n{DB}", answering="8000")[-1] == "steady"
    assert judged(f"api /api running 0 t1 ,8000, starting\n{DB}", answering="8000") == ["ready"]
    assert judged(f"api /api running 0 t1 ,, starting\n{DB}", answering="8000")[-1] == "wait"


def test_a_service_without_container_is_missing_and_others_are_passed_over():
    assert judged(f"{DB}\nold /old exited 0 t1 ,") == ["missing api -", "bad"]


def test_fewer_containers_than_are_wanted_are_missing_and_more_are_not_too_many():
    two = f"api /api_1 running 0 t1 , healthy\napi /api_2 running 0 t1 , healthy\n{DB}"
    assert judged(two, services="api=3 db=1") == ["missing api -", "bad"]
    assert judged(two, services="api=2 db=1") == ["ready"]
    assert "api=3 db=1" in readiness.wait(environment(), ["api", "db"], [], {"api": 3})


def test_the_answer_names_what_is_not_ready_and_its_last_lines():
    said = "verdict broken\nnot-ready keeps-restarting api c_api\nlog one\nlog FATAL: two\n"
    found = readiness.read(said)
    assert found == [readiness.NotReady("keeps restarting", "api", "c_api", ["one", "FATAL: two"])]
    assert readiness.read("verdict ready\n") == []


def test_only_addresses_on_the_host_itself_prove_a_port():
    urls = ("http://127.0.0.1:8000/x", "https://localhost/", "http://example.org/")
    script = readiness.wait(environment(), ["api"], [Address(url=url) for url in urls])
    assert "PORTS='8000 443'" in script


def test_each_address_is_waited_for_as_it_is_to_be_asked_and_answered():
    curl = 'case "$(cat)" in *nobody*) echo 302 ;; *) echo 200 ;; esac; [ "$3" = /dev/null ] || echo "it works" >"$3"'
    addresses = [Address(url="http://nobody", status=302), Address(url="http://h", host="shop", contains="it works")]
    with Stage(docker="echo", curl=curl) as stage:
        (stage.home / "app").mkdir()
        stage.run(readiness.wait(environment(health={"timeout": 1}), [], addresses))
        assert sum(call[0] == "curl" for call in stage.calls) == 2


def test_an_address_that_does_not_answer_right_yet_is_asked_again():
    third = 'echo >>asked; [ "$(wc -l <asked)" -lt 3 ] || echo "it works" >"$3"; echo 200'
    with Stage(docker="echo", curl=third) as stage:
        (stage.home / "app").mkdir()
        stage.run(readiness.wait(environment(), [], [Address(url="http://h", contains="it works")]))
        assert sum(call[0] == "curl" for call in stage.calls) == 3


def asked(started: str, restarts: int) -> int:
    """Return how often docker was asked about a container until it counted as ready."""
    line = f"api /api running {restarts} {started} ,"
    stub = f"case $1 in ps) {ps('c1 api')};; inspect) echo '{line}';; esac"
    with Stage(docker=stub) as stage:
        (stage.home / "app").mkdir()
        assert "verdict ready" in stage.run(readiness.wait(environment(), ["api"], [])).stdout
        return sum(call[1] == "inspect" for call in stage.calls)


def test_a_container_that_goes_between_two_questions_does_not_end_the_wait():
    gone = f'case $1 in ps) {ps("1 api")} ;; inspect) echo "api /api running 0 t1 , healthy"; exit 1 ;; esac'
    with Stage(docker=gone) as stage:
        (stage.home / "app").mkdir()
        assert "verdict ready" in stage.run(readiness.wait(environment(), ["api"], [])).stdout


def test_a_container_is_watched_from_its_start_on_unless_it_was_restarted_before():
    assert asked("2024-01-02T03:04:05.678901234Z", restarts=0) == 2
    assert asked("2024-01-02T03:04:05.678901234Z", restarts=1) > 2


CHECKS = {
    "CMD-SHELL\ncurl 'a b' | grep c": ["sh", "-c", "curl 'a b' | grep c"],
    "CMD\ncurl\na b": ["curl", "a b"],
}


@pytest.mark.parametrize(("check", "typed"), CHECKS.items(), ids=["shell", "words"])
@pytest.mark.parametrize("well", [True, False])
def test_a_health_check_that_docker_asks_in_a_minute_is_asked_now(check, typed, well):
    line = "api /c_api running 0 2024-01-02T03:04:05.678901234Z , starting"
    told = f"""case "$*" in *Healthcheck.Test*) printf '%s\\n' {quote(check)} '' ;; *) echo '{line}' ;; esac"""
    stub = f"case $1 in ps) {ps('c1 api')} ;; inspect) {told} ;; exec) exit {0 if well else 1} ;; esac"
    with Stage(docker=stub) as stage:
        (stage.home / "app").mkdir()
        done = stage.run(readiness.wait(environment(health={"timeout": 1}), ["api"], []))
        assert ("verdict ready" in done.stdout) is well, done.stdout
        assert ["docker", "exec", "c_api", *typed] in stage.calls


def test_a_health_check_that_was_content_says_nothing_of_the_container_that_was_started_since():
    line = "api /c_api running 0 2024-01-02T03:04:0$([ -e well ] && echo 6 || echo 5).678901234Z , starting"
    told = f"""case "$*" in *Healthcheck.Test*) printf 'CMD\\ntrue\\n\\n' ;; *) echo "{line}" ;; esac"""
    once = "[ ! -e well ] && touch well"
    stub = f"case $1 in ps) {ps('c1 api')} ;; inspect) {told} ;; exec) {once} ;; esac"
    with Stage(docker=stub) as stage:
        (stage.home / "app").mkdir()
        done = stage.run(readiness.wait(environment(health={"timeout": 2}), ["api"], []))
        assert "verdict wait" in done.stdout, done.stdout
        assert sum(call[:3] == ["docker", "exec", "c_api"] for call in stage.calls) > 1
