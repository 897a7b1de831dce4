"""Outage and recovery: what a host noted by itself, and what can be said of it."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tasks.config.settings import Address
from tasks.engine import uptime
from tasks.engine.plan import Plan
from tasks.engine.uptime import Answers, Asking, Change, Measured
from tasks.ssh.shell import Word
from tasks.tools.http import fetch
from tests.unit.support.playing import PREPARE, RUN, START, STOP
from tests.unit.support.shells import Home

PLAN = Plan(task="full-rollback", purpose="", steps=[PREPARE, STOP, START], run=RUN)
AT = 1_700_000_000.0
ENTRIES = [
    {"at": AT, "event": "run"},
    {"at": AT + 4.5, "event": "begin", "step": "02-stop", "try": 1},
    {"at": AT + 20.5, "event": "proven"},
]


def noted(*changes: tuple[float, bool], since: float = 0, until: float | None = 21) -> Answers:
    return Answers(AT + since, None if until is None else AT + until, [Change(AT + at, up) for at, up in changes])


@pytest.mark.parametrize(
    ("found", "outage", "recovery"),
    [
        (noted((0, True), (5, False), (9, True)), 4, 9),
        (noted((0, True), (5, False), (6, True), (8, False), (9, True)), 2, 9),
        (noted((0, False), (9, True)), 9, 9),
        (noted((0, True)), 0, None),
        (noted((0, True), (5, False), (9, True), until=None), 4, 9),
    ],
)
def test_the_outage_is_the_time_without_an_answer_and_recovery_counts_from_the_begin(found, outage, recovery):
    assert uptime.measured(found, ENTRIES, PLAN) == Measured(outage, recovery, before=not found.changes[0].up)


@pytest.mark.parametrize(
    "found",
    [
        None,
        noted(),
        noted((0, True), (5, False)),
        noted((6, True), since=6),
        noted((0, True), until=12),
        Answers(AT, 0, [Change(AT, True)]),
        noted((-3600, False), (-3595, True), since=-3601),
    ],
    ids=["nobody asked", "no answer yet", "down", "asked too late", "ended too early", "cut off", "clock set back"],
)
def test_what_was_not_asked_all_the_time_is_not_measured(found):
    assert uptime.measured(found, ENTRIES, PLAN) is None
    assert uptime.words(None) == "outage not measured"


def test_an_application_that_was_down_before_is_said_to_have_been():
    said = uptime.words(Measured(9, 9, before=True))
    assert said == "not healthy when the run began, healthy again 9.0 s after that"


def test_only_what_was_noted_since_the_asking_began_last_counts():
    text = """gone
2023-11-14T22:13:20Z asks http://old
2023-11-14T22:13:21Z up
2023-11-14T22:13:22Z asks http://h
2023-11-14T22:13:23Z down
2023-11-14T22:13:25Z up
2023-11-14T22:13:26Z ended"""
    assert uptime.read(text) == noted((3, False), (5, True), since=2, until=6)
    assert uptime.read(text.replace("gone", "alive").rpartition("\n")[0]).until is None
    assert uptime.read(text.rpartition("\n")[0]).until == 0
    assert uptime.read("") is None and uptime.read("gone\n") is None


def test_what_was_noted_by_a_clock_that_was_set_back_meanwhile_is_not_measured():
    text = """gone
2023-11-14T23:13:20Z asks http://h
2023-11-14T23:13:21Z up
2023-11-14T22:13:28Z asks http://h
2023-11-14T22:13:28Z down
2023-11-14T22:13:29Z up
2023-11-14T22:13:41Z ended"""
    assert uptime.measured(uptime.read(text), ENTRIES, PLAN) is None


def test_of_several_hosts_the_longest_outage_counts_if_all_measured_theirs():
    assert uptime.worst([Measured(1, 5), Measured(3, 4)]) == Measured(3, 4)
    assert uptime.worst([Measured(1, 5), None]) is None


def test_what_the_journal_was_closed_with_is_known_without_the_notes_of_the_host():
    closed = {"event": "proven", "outage": 3.5, "recovery": 7.1}
    assert uptime.closed_with([closed]) == Measured(3.5, 7.1)
    assert uptime.closed_with([{"event": "proven", "outage": 0}]) == Measured(0, None)
    assert uptime.closed_with([{"event": "proven"}]) is None


def test_a_run_that_is_not_over_says_since_when_nothing_answers():
    down = noted((0, True), (5, False), until=None)
    assert uptime.told(down, None) == "the application does not answer, since 2023-11-14 22:13:25 UTC"
    assert uptime.told(noted((0, True)), Measured(0, None)) == "no outage was seen"


class Application(BaseHTTPRequestHandler):
    """Answers what its server is told to."""

    def do_GET(self) -> None:
        """Answer."""
        self.send_response(self.server.code)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Probed:
    """A run, beside an application that answers with `server.code`."""

    def __init__(self, folder: Path) -> None:
        self.server = HTTPServer(("127.0.0.1", 0), Application)
        self.server.code = 200
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.home, self.run = Home(folder), f"{RUN}-{secrets.token_hex(4)}"
        self.folder = self.home.run(self.run)
        (self.home.state / "last").write_text(self.run)
        self.journal('"event":"run"')

    def begin(self, about: str = "http://h", user: str = "me:secret@") -> None:
        address = Address(url=f"http://{user}127.0.0.1:{self.server.server_port}/")
        asking = Asking(about, (fetch.ALL_ANSWER, "2"), {"URLS": fetch.lines([address])})
        assert self.home.sh(uptime.begin(Word(str(self.home.state)), self.run, asking)).returncode == 0

    def journal(self, entry: str) -> None:
        with (self.folder / "journal").open("a") as file:
            file.write(f'{{"at":1,{entry}}}\n')

    def until(self, *words: str) -> None:
        wait_for(lambda: self.words == list(words))

    @property
    def words(self) -> list[str]:
        return [line.split(" ", 1)[1] for line in (self.folder / "answers").read_text().splitlines()]

    @property
    def pids(self) -> list[str]:
        return self.home.tagged(f"FAB_ROLLBACK_PROBER={self.run};")

    def close(self) -> None:
        for pid in self.pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)
        self.server.shutdown()


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture
def probed(tmp_path: Path) -> Iterator[Probed]:
    made = Probed(tmp_path)
    yield made
    made.close()


def test_a_host_notes_only_changes_and_nobody_sees_a_login(probed):
    probed.begin()
    probed.until("asks http://h", "up")
    probed.server.code = 503
    probed.until("asks http://h", "up", "down")
    told = b"".join((Path("/proc") / pid / "cmdline").read_bytes() for pid in probed.pids)
    assert b"prober.sh" in told and b"secret" not in told
    assert not any("secret" in path.read_text() for path in probed.folder.glob("*") if path.is_file())
    probed.server.code = 200
    probed.journal('"event":"proven","half":false')
    wait_for(lambda: not probed.pids)
    assert probed.words[-1] == "ended"


def test_one_that_asks_the_same_goes_on_and_one_that_asks_something_else_is_replaced(probed):
    probed.begin()
    probed.until("asks http://h", "up")
    probed.begin()
    probed.until("asks http://h", "up")
    probed.begin(about="http://other")
    wait_for(lambda: probed.words[-2:] == ["asks http://other", "up"])
    assert "ended" in probed.words


@pytest.mark.parametrize("event", ["undone", "left"])
def test_it_ends_with_its_run(probed, event):
    probed.begin()
    probed.journal(f'"event":"{event}"')
    wait_for(lambda: not probed.pids)


def test_it_goes_on_while_a_run_stands_half_way_and_ends_where_nothing_was_changed(probed):
    probed.journal('"event":"begin","half":true')
    probed.journal('"event":"failed","half":true')
    probed.begin()
    time.sleep(2)
    assert probed.pids
    (probed.folder / "journal").write_text('{"event":"failed","half":false}\n')
    wait_for(lambda: not probed.pids)


def test_it_ends_once_another_run_is_worked_on_and_with_its_folder(probed):
    probed.begin()
    (probed.home.state / "last").write_text("another")
    wait_for(lambda: not probed.pids)
    (probed.home.state / "last").write_text(probed.run)
    probed.begin()
    probed.folder.rename(probed.folder.with_name("gone"))  # at once: it is written to meanwhile
    wait_for(lambda: not probed.pids)


def test_what_was_noted_is_shown_once_there_is_an_answer(probed):
    probed.server.code = 503
    probed.begin()
    probed.until("asks http://h", "down")
    threading.Timer(1, lambda: setattr(probed.server, "code", 200)).start()
    found = uptime.read(probed.home.sh(f"cd {probed.folder} && {uptime.shown(80)}").stdout)
    assert (found.until, [change.up for change in found.changes]) == (None, [False, True])
