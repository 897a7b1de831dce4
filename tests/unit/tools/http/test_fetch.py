"""What a health address answers."""

from __future__ import annotations

import pytest

from tasks.ssh.shell import Answer
from tasks.tools.http import fetch
from tests.unit.support.stage import Stage

URL = "http://127.0.0.1/health"


@pytest.mark.parametrize(("said", "code"), [("200\n", 200), ("302\n", 302), ("000\n", 0), ("", 0), ("curl: what", 0)])
def test_what_an_address_answers_is_its_status_and_0_is_none(said, code):
    assert fetch.response(URL).read({"": Answer(said, "", 0)}) == fetch.Response(URL, code)


def test_curl_asks_for_the_status_alone_and_its_failing_is_an_answer():
    with Stage(curl="echo 000; exit 7") as stage:
        assert stage.run(fetch.command(URL, 2)).stdout == "000\n"
        assert stage.calls == [["curl", "-s", "-o", "/dev/null", "-m", "2", "-w", "%{http_code}\\n", "--", URL]]


def test_one_that_is_asked_by_another_name_is_asked_without_a_proxy():
    with Stage(curl="echo 200") as stage:
        stage.run(f"{fetch.command(URL, 2)} a.b:80")
        [call] = stage.calls
        assert call[6:-2] == ["--noproxy", "*", "-H", "Host: a.b:80", "-w", "%{http_code}\\n"]


def test_where_there_is_nothing_to_ask_with_it_is_said():
    with Stage() as stage:
        done = stage.run(f"command() {{ return 1; }}\nPATH=/nowhere /bin/sh {fetch.command(URL).removeprefix('sh ')}")
        assert (done.returncode, done.stderr) == (1, "neither curl nor wget\n")
