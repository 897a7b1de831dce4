"""The lock, taken by real shells: one at a time, and never stuck."""

from __future__ import annotations

import json
import os
import secrets
import shlex
import subprocess
from pathlib import Path

import pytest

from tasks.engine import journal as runs
from tasks.engine import lock
from tasks.engine import process_tags as marks

HALF = '{"event":"begin","step":"03-stop","try":1,"half":true}\n'
WHOLE = '{"event":"end","step":"07-start","try":1,"half":false,"code":0}\n'


class Client:
    """Somebody who wants the lock, and keeps it while stdin is open."""

    def __init__(self, folder: Path, run: str, token: str, replace: str = lock.NEW) -> None:
        self.token = f"{token}-{secrets.token_hex(4)}"  # other tests may run on this machine
        owner = {"run": run, "task": "full-rollback", "who": "ada", "machine": "laptop"}
        script = lock.take(shlex.quote(str(folder)), self.token, owner, replace)
        self.process = subprocess.Popen(
            ["env", marks.holder(self.token), "sh", "-c", script],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.answer = self.process.stdout.readline().strip()

    def leave(self) -> None:
        self.process.stdin.close()
        self.process.wait(20)

    def die(self) -> None:
        """Be killed; what it started in groups of its own ends with its stdin, a moment later."""
        os.killpg(self.process.pid, 9)
        self.process.stdin.close()
        self.process.wait(20)
        gone = f"{marks.functions()}\nwhile alive {shlex.quote(marks.holder(self.token))}; do sleep 0.01; done"
        subprocess.run(["sh", "-c", gone], timeout=20, check=True)


@pytest.fixture
def state(tmp_path: Path):
    """A state folder; whoever still holds its lock at the end is ended."""
    folder, clients = tmp_path / "parent" / "state", []

    def client(*words: str) -> Client:
        clients.append(Client(folder, *words))
        return clients[-1]

    client.folder = folder
    yield client
    for one in clients:
        if one.process.poll() is None:
            one.die()


def crowd(folder: Path, replace: str) -> list[str]:
    """Return what twenty who want the lock at once are told."""
    tokens = [secrets.token_hex(8) for _ in range(20)]
    take = [lock.take(shlex.quote(str(folder)), token, {"run": "r", "task": "t"}, replace) for token in tokens]
    clients = [
        subprocess.Popen(
            ["env", marks.holder(token), "sh", "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for token, script in zip(tokens, take, strict=True)
    ]
    answers = [client.stdout.readline().strip() for client in clients]
    for client in clients:
        client.stdin.close()
    return answers


def journal(state, run: str, text: str) -> None:
    folder = state.folder / "runs" / run
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "journal").write_text(text)


def test_the_first_takes_it_and_the_second_is_told_who_has_it(state):
    assert state("run-1", "a").answer == "TAKEN"
    second = state("run-2", "b")
    assert second.answer == "LIVE"
    assert json.loads(second.process.stdout.readline())["who"] == "ada"


def test_of_twenty_at_once_exactly_one_takes_it(state):
    answers = crowd(state.folder, lock.NEW)
    assert sorted(answers) == ["LIVE"] * 19 + ["TAKEN"]


def test_twenty_who_take_over_the_same_dead_run_do_not_take_it_from_one_another(state):
    state("run-1", "a").die()
    journal(state, "run-1", HALF)
    answers = crowd(state.folder, lock.OVER)
    assert answers.count("TAKEN") == 1


@pytest.mark.parametrize("end", ["leave", "die"])
def test_a_client_that_went_away_before_it_changed_anything_is_in_nobodys_way(state, end):
    getattr(state("run-1", "a"), end)()
    assert state("run-2", "b").answer == "TAKEN"


def test_a_run_that_is_over_is_in_nobodys_way_even_if_its_lock_stayed(state):
    state("run-1", "a").die()
    journal(state, "run-1", HALF + WHOLE)
    assert state("run-2", "b").answer == "TAKEN"


def test_a_half_done_run_whose_client_is_gone_keeps_others_out(state):
    state("run-1", "a").die()
    journal(state, "run-1", HALF)
    assert state("run-2", "b").answer == "DEAD"


@pytest.mark.parametrize("event", ["failed", "interrupted"])
def test_a_half_done_run_whose_client_said_how_it_ended_keeps_others_out(state, event):
    first = state("run-1", "a")
    journal(state, "run-1", HALF)
    subprocess.run(
        ["sh", "-c", runs.note(shlex.quote(str(state.folder / "runs" / "run-1")), event, half=True)], check=True
    )
    first.leave()
    assert state("run-2", "b").answer == "DEAD"


def test_what_an_older_version_wrote_of_a_half_done_run_is_understood(state):
    state("run-1", "a").die()
    journal(state, "run-1", '{"at": 1, "event": "failed", "half": true}\n')
    assert state("run-2", "b").answer == "DEAD"


def test_it_can_be_taken_over_and_the_left_run_says_so(state):
    state("run-1", "a").die()
    journal(state, "run-1", HALF)
    assert state("run-2", "b", lock.OVER).answer == "TAKEN"
    last = json.loads((state.folder / "runs" / "run-1" / "journal").read_text().splitlines()[-1])
    assert (last["event"], last["half"], last["by"]) == ("left", False, "run-2")


def test_only_its_own_continuation_takes_a_half_done_run_up(state):
    state("run-1", "a").die()
    journal(state, "run-1", HALF)
    assert state("run-2", "b", lock.resuming("run-2")).answer == "DEAD"
    assert state("run-1", "c", lock.resuming("run-1")).answer == "TAKEN"


def test_a_live_client_is_never_taken_over_nor_resumed(state):
    assert state("run-1", "a").answer == "TAKEN"
    journal(state, "run-1", HALF)
    for replace in (lock.OVER, lock.resuming("run-1"), lock.undoing("run-1")):
        assert state("run-1", "b", replace).answer == "LIVE"


def test_while_a_step_goes_on_alone_only_its_own_run_can_take_the_lock(state):
    state("run-1", "a").die()
    journal(state, "run-1", HALF)
    step = subprocess.Popen(["env", marks.step("run-1", "03-stop.1"), "sleep", "60"])
    try:
        assert state("run-2", "b", lock.OVER).answer == "RUNNING"
        assert state("run-3", "c", lock.undoing("run-1")).answer == "RUNNING"
        assert state("run-1", "d", lock.resuming("run-1")).answer == "TAKEN"
    finally:
        step.kill()
        step.wait()


def test_given_back_it_is_free_and_nobody_gives_back_the_lock_of_another(state):
    client = state("run-1", "a")
    folder = shlex.quote(str(state.folder))
    subprocess.run(["sh", "-c", lock.release(folder, "b")], check=True)
    assert (state.folder / "lock").is_dir()
    subprocess.run(["sh", "-c", lock.release(folder, client.token)], check=True)
    assert not (state.folder / "lock").exists()
    client.leave()


def test_folders_are_for_their_owner_only(state):
    state.folder.mkdir(parents=True)
    state.folder.chmod(0o755)
    state("run-1", "a")
    modes = {p: oct(p.stat().st_mode & 0o777) for p in (state.folder.parent, state.folder, state.folder / "lock")}
    assert set(modes.values()) == {"0o700"}
    assert {oct(p.stat().st_mode & 0o777) for p in (state.folder / "lock").iterdir()} == {"0o600"}


def test_a_folder_that_cannot_be_written_is_said_in_words(state, tmp_path):
    (tmp_path / "parent").write_text("a file")
    client = state("run-1", "a")
    assert client.answer not in ("TAKEN", "LIVE", "DEAD", "FREE", "RUNNING")
    assert "parent" in client.answer


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("LIVE", "fab runs.show"),
        ("RUNNING", "fab resume"),
        ("DEAD", "--take-over"),
    ],
)
def test_who_is_kept_out_reads_who_what_how_long_and_what_to_type(said, words):
    owner = json.dumps({"run": "run-1", "task": "full-rollback", "who": "ada", "machine": "laptop"})
    line = lock.describe(said, [owner, "300", '{"event":"begin","step":"05-downgrade"}'])
    for part in ("ada", "laptop", "run-1", "full-rollback", "5 min", "05-downgrade", words):
        assert part in line


@pytest.mark.parametrize("lines", [[], ["nonsense"], ["[]", "x", "{"], ["{}", "", "null"]])
def test_a_lock_that_cannot_be_read_is_still_described(lines):
    assert "somebody" in lock.describe("DEAD", lines)
