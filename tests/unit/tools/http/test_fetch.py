"""What a health address answers, whatever the host has to ask with."""

from __future__ import annotations

import shutil
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tasks.config.settings import Address
from tasks.ssh import scripts
from tasks.ssh.shell import Answer
from tasks.tools.http import fetch
from tasks.tools.secrets import Secrets
from tests.unit.support.stage import Stage

BROKEN = b'{"works": false, "error": "column items.price\\u001b does not exist"}'
URL = "http://127.0.0.1/health"
PROGRAMS = ("curl", "wget", "python3")
NEEDED = ("awk", "sed", "grep", "mktemp", "rm", "sh", "head", "tr")


class Application(BaseHTTPRequestHandler):
    """Answers by path; under another name than `shop` it is not there."""

    def do_GET(self) -> None:
        """Answer."""
        codes = {"/empty": 204, "/moved": 301, "/broken": 500, "/up": 308, "/far": 308}
        named = self.path.startswith(("/up", "/far")) or self.headers["Host"].startswith("shop") or "?any" in self.path
        self.send_response(codes.get(self.path.partition("?")[0], 200) if named else 404)
        whole = f"http://{self.headers['Host']}/far/"
        self.send_header("Location", {"/up": "/up/", "/far": whole}.get(self.path, "/elsewhere"))
        self.end_headers()
        if not {"empty", "moved"} & set(self.path.strip("/").split("?")):
            self.wfile.write(b'{"works": true}\n' if "broken" not in self.path else BROKEN)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def served(tmp_path_factory) -> Iterator[dict[str, int]]:
    """The ports of the application, by scheme; https has a certificate of its own."""
    folder = tmp_path_factory.mktemp("certificate")
    key = ["-newkey", "rsa:2048", "-nodes", "-keyout", folder / "key", "-out", folder / "crt"]
    made = ["openssl", "req", "-x509", "-subj", "/CN=shop", "-days", "2", *key]
    subprocess.run(made, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "crt", folder / "key")
    servers = {scheme: HTTPServer(("127.0.0.1", 0), Application) for scheme in ("http", "https")}
    servers["https"].socket = context.wrap_socket(servers["https"].socket, server_side=True)
    for server in servers.values():
        threading.Thread(target=server.serve_forever, daemon=True).start()
    yield {scheme: server.server_port for scheme, server in servers.items()}
    for server in servers.values():
        server.shutdown()


def asked(address: Address, program: str, folder) -> fetch.Response:
    """Return what is found of an address on a host that has only this program to ask with."""
    for name in (program, *NEEDED):
        place = sys.executable if name == "python3" else shutil.which(name)
        if not place:
            pytest.skip(f"no {name} here")
        (folder / name).symlink_to(place)
    env = {"PATH": str(folder), "SCRIPTS": str(scripts.PACKAGE), "TMPDIR": str(folder)}
    done = subprocess.run(["sh", "-c", fetch.response(address).commands[""]], env=env, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    return fetch.response(address).read({"": Answer(done.stdout, "", 0)})


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize(
    ("scheme", "path", "how", "found"),
    [
        ("http", "/health?any", {}, "200"),
        ("http", "/health", {}, '404: {"works": true}'),
        ("http", "/health", {"host": "shop.example.org"}, "200"),
        ("http", "/empty?any", {"status": 204}, "204"),
        ("http", "/moved?any", {}, "301"),
        ("http", "/moved?any", {"status": 301}, "301"),
        ("http", "/up", {}, "200"),
        ("http", "/far", {}, "200"),
        ("http", "/up", {"status": 308}, "308"),
        ("http", "/health?any", {"contains": '"works": true'}, "200"),
        ("http", "/health?any", {"contains": "no such"}, "200, without 'no such': {\"works\": true}"),
        ("http", "/broken?any", {"status": 500, "contains": "works"}, "500"),
        ("http", "/broken?any", {}, "500: column items.price\ufffd does not exist"),
        ("http", "/health?any", {"status": 204}, '200, not 204: {"works": true}'),
        ("https", "/health?any", {}, "no answer"),
        ("https", "/health?any", {"insecure": True}, "200"),
    ],
)
def test_it_is_asked_as_it_has_to_be(served, tmp_path, program, scheme, path, how, found):
    address = Address(url=f"{scheme}://127.0.0.1:{served[scheme]}{path}", **how)
    response = asked(address, program, tmp_path)
    assert response.found == found
    assert response.ok == (found == str(address.status))


def test_where_nothing_answers_it_is_no_answer(tmp_path):
    for program in PROGRAMS:
        (tmp_path / program).mkdir()
        assert asked(Address(url="http://127.0.0.1:9/"), program, tmp_path / program).found == "no answer"


def test_what_may_be_secret_in_an_address_is_not_shown():
    address = Address(url="https://me:secret@h:8443/health?token=secret")
    assert fetch.response(address).read({"": Answer("200", "", 0)}).url == "https://h:8443/health?***"


@pytest.mark.parametrize(("said", "code"), [("200\n", 200), ("302\n", 302), ("000\n", 0), ("", 0), ("curl: what", 0)])
def test_what_an_address_answers_is_its_status_and_0_is_none(said, code):
    assert fetch.response(Address(url=URL)).read({"": Answer(said, "", 0)}) == fetch.Response(URL, code)


def test_what_is_said_is_told_without_secrets_and_no_longer_than_a_line():
    response = fetch.Response("u", 500, said="no login with hunter2-long and postgresql://u:pw@db, " + "x" * 200)
    told = response.told(Secrets(["hunter2-long"]))
    assert told.found == f"500: no login with *** and postgresql://u:***@db, {'x' * 115}..."


def test_a_body_that_is_no_text_is_an_answer_like_others():
    answer = Answer("500\n\ufffd\ufffd\x07", "", 0)
    assert fetch.response(Address(url=URL)).read({"": answer}).found == "500: \ufffd\ufffd\ufffd"


def test_curl_asks_for_the_status_alone_and_its_failing_is_an_answer():
    with Stage(curl="echo 000; exit 7") as stage:
        assert stage.run(fetch.command(Address(url=URL))).stdout == "000\n"
        assert stage.calls == [
            ["curl", "-s", "-o", "/dev/null", "-m", "5", "-w", "%{http_code} %{redirect_url}\\n", "-K", "-"]
        ]


@pytest.mark.parametrize("program", ["curl", "wget"])
def test_a_login_in_an_address_stands_in_no_command_line(program, tmp_path):
    told = tmp_path / "told"
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / program).write_text(f'#!/bin/sh\ncat /proc/$PPID/cmdline /proc/$$/cmdline >"{told}"; cat >"{told}.in"\n')
    (folder / program).chmod(0o755)
    for name in ("cat", *NEEDED):
        (folder / name).symlink_to(shutil.which(name))
    given = {"PATH": str(folder), "SCRIPTS": str(scripts.PACKAGE), "URL": 'http://me:pa\\ss"word@h/'}
    subprocess.run(["sh", scripts.PACKAGE / "tools/http/fetch.sh", "2"], env=given, capture_output=True)
    assert program in told.read_text() and "word" not in told.read_text()
    said = {"curl": r'url = "http://me:pa\\ss\"word@h/"', "wget": r'http://me:pa\ss"word@h/'}
    assert Path(f"{told}.in").read_text() == said[program] + "\n"


def test_one_that_is_asked_by_another_name_is_asked_without_a_proxy():
    with Stage(curl="echo 200") as stage:
        stage.run(fetch.command(Address(url=URL, host="a.b:80")))
        [call] = stage.calls
        assert call[6:-2] == ["--noproxy", "*", "-H", "Host: a.b:80", "-w", "%{http_code} %{redirect_url}\\n"]


def test_where_there_is_nothing_to_ask_with_it_is_said():
    command = fetch.command(Address(url=URL)).replace(" sh ", " /bin/sh ")
    with Stage() as stage:
        done = stage.run(f"command() {{ return 1; }}\nPATH=/nowhere {command}")
        assert (done.returncode, done.stderr) == (1, "neither curl nor wget nor python3\n")
