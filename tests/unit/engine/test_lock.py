"""The lock, taken by real shells: one at a time, and never stuck."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
from pathlib import Path

import pytest

from tasks.engine import journal as runs
from tasks.engine import lock
from tasks.engine.lock import LockInfo, Replaceable
from tasks.ssh import paths
from tests.unit.support.shells import ENVIRONMENT, Home

HALF = '{"event":"begin","step":"03-stop","try":1,"half":true}\n'
WHOLE = '{"event":"end","step":"07-start","try":1,"half":false,"code":0}\n'
STATE = paths.state(ENVIRONMENT)
ONE, TWO, THREE = (f"run-{n}-{secrets.token_hex(4)}" for n in (1, 2, 3))  # others may run this here as well


class Client:
    """Somebody who wants the lock, and keeps it while stdin is open."""

    def __init__(self, home: Home, run: str, token: str, replace: Replaceable = lock.NEW) -> None:
        self.token = f"{token}-{secrets.token_hex(4)}"  # other tests may run on this machine
        owner = {"run": run, "task": "full-rollback", "who": "ada", "machine": "laptop"}
        self.home = home
        self.process = home.start(lock.take(STATE, self.token, owner, replace), start_new_session=True)
        self.answer = self.process.stdout.readline().strip()

    def leave(self) -> None:
        self.process.stdin.close()
        self.process.wait(60)

    def die(self) -> None:
        """Be killed; what it started in groups of its own ends with its stdin, a moment later."""
        os.killpg(self.process.pid, 9)
        self.process.stdin.close()
        self.process.wait(60)
        while self.home.tagged(lock.tag(self.token)):
            pass


@pytest.fixture
def state(tmp_path: Path):
    """A state folder; whoever still holds its lock at the end is ended."""
    home, clients = Home(tmp_path), []

    def client(*words) -> Client:
        clients.append(Client(home, *words))
        return clients[-1]

    client.home, client.folder = home, home.state
    yield client
    for one in clients:
        if one.process.poll() is None:
            one.die()


def crowd(home: Home, replace: Replaceable) -> list[str]:
    """Return what twenty who want the lock at once are told."""
    tokens = [secrets.token_hex(8) for _ in range(20)]
    clients = [home.start(lock.take(STATE, token, {"run": "r", "task": "t"}, replace)) for token in tokens]
    answers = [client.stdout.readline().strip() for client in clients]
    for client in clients:
        client.stdin.close()
    return answers


def journal(state, run: str, text: str) -> None:
    (state.home.run(run) / "journal").write_text(text)


def test_the_first_takes_it_and_the_second_is_told_who_has_it(state):
    assert state(ONE, "a").answer == "TAKEN"
    second = state(TWO, "b")
    assert second.answer == "LIVE"
    assert json.loads(second.process.stdout.readline())["who"] == "ada"


def test_of_twenty_at_once_exactly_one_takes_it(state):
    answers = crowd(state.home, lock.NEW)
    assert sorted(answers) == ["LIVE"] * 19 + ["TAKEN"]


def test_twenty_who_take_over_the_same_dead_run_do_not_take_it_from_one_another(state):
    state(ONE, "a").die()
    journal(state, ONE, HALF)
    answers = crowd(state.home, lock.OVER)
    assert answers.count("TAKEN") == 1


@pytest.mark.parametrize("end", ["leave", "die"])
def test_a_client_that_went_away_before_it_changed_anything_is_in_nobodys_way(state, end):
    getattr(state(ONE, "a"), end)()
    assert state(TWO, "b").answer == "TAKEN"


def test_a_run_that_is_over_is_in_nobodys_way_even_if_its_lock_stayed(state):
    state(ONE, "a").die()
    journal(state, ONE, HALF + WHOLE)
    assert state(TWO, "b").answer == "TAKEN"


def test_a_half_done_run_whose_client_is_gone_keeps_others_out(state):
    state(ONE, "a").die()
    journal(state, ONE, HALF)
    assert state(TWO, "b").answer == "DEAD"


@pytest.mark.parametrize("event", ["failed", "interrupted"])
def test_a_half_done_run_whose_client_said_how_it_ended_keeps_others_out(state, event):
    first = state(ONE, "a")
    journal(state, ONE, HALF)
    assert state.home.sh(runs.note(runs.folder(ENVIRONMENT, ONE), event, half=True)).returncode == 0
    first.leave()
    assert state(TWO, "b").answer == "DEAD"


def test_what_an_older_version_wrote_of_a_half_done_run_is_understood(state):
    state(ONE, "a").die()
    journal(state, ONE, '{"at": 1, "event": "failed", "half": true}\n')
    assert state(TWO, "b").answer == "DEAD"


def test_it_can_be_taken_over_and_the_left_run_says_so(state):
    state(ONE, "a").die()
    journal(state, ONE, HALF)
    assert state(TWO, "b", lock.OVER).answer == "TAKEN"
    last = json.loads((state.folder / "runs" / ONE / "journal").read_text().splitlines()[-1])
    assert (last["event"], last["half"], last["by"]) == ("left", False, TWO)


def test_only_its_own_continuation_takes_a_half_done_run_up(state):
    state(ONE, "a").die()
    journal(state, ONE, HALF)
    assert state(TWO, "b", lock.resuming(TWO)).answer == "DEAD"
    assert state(ONE, "c", lock.resuming(ONE)).answer == "TAKEN"


def test_a_live_client_is_never_taken_over_nor_resumed(state):
    assert state(ONE, "a").answer == "TAKEN"
    journal(state, ONE, HALF)
    for replace in (lock.OVER, lock.resuming(ONE), lock.undoing(ONE)):
        assert state(ONE, "b", replace).answer == "LIVE"


def test_while_a_step_goes_on_alone_only_its_own_run_can_take_the_lock(state):
    state(ONE, "a").die()
    journal(state, ONE, HALF)
    step = subprocess.Popen(["env", f"FAB_ROLLBACK_STEP={ONE}/03-stop.1;", "sleep", "60"])
    try:
        assert state(TWO, "b", lock.OVER).answer == "RUNNING"
        assert state(THREE, "c", lock.undoing(ONE)).answer == "RUNNING"
        assert state(ONE, "d", lock.resuming(ONE)).answer == "TAKEN"
    finally:
        step.kill()
        step.wait()


def test_given_back_it_is_free_and_nobody_gives_back_the_lock_of_another(state):
    client = state(ONE, "a")
    state.home.sh(lock.release(STATE, "b"))
    assert (state.folder / "lock").is_dir()
    state.home.sh(lock.release(STATE, client.token))
    assert not (state.folder / "lock").exists()
    client.leave()


def test_folders_are_for_their_owner_only(state):
    state.folder.mkdir(parents=True)
    state.folder.chmod(0o755)
    state.folder.parent.chmod(0o755)
    state(ONE, "a")
    modes = {p: oct(p.stat().st_mode & 0o777) for p in (state.folder, state.folder / "runs", state.folder / "lock")}
    assert set(modes.values()) == {"0o700"}
    assert {oct(p.stat().st_mode & 0o777) for p in (state.folder / "lock").iterdir()} == {"0o600"}


def test_what_a_group_may_write_is_written_for_the_group(state):
    state.folder.parent.mkdir(parents=True)
    state.folder.parent.chmod(0o775)
    state(ONE, "a")
    modes = {p: oct(p.stat().st_mode) for p in (state.folder, state.folder / "runs", state.folder / "lock")}
    assert set(modes.values()) == {"0o42770"}
    assert {oct(p.stat().st_mode & 0o777) for p in (state.folder / "lock").iterdir()} == {"0o660"}


def test_a_folder_that_cannot_be_written_is_said_in_words(state, tmp_path):
    (tmp_path / ".fab-rollback").write_text("a file")
    client = state(ONE, "a")
    assert client.answer not in ("TAKEN", "LIVE", "DEAD", "FREE", "RUNNING")
    assert ".fab-rollback" in client.answer


def test_it_is_held_again_over_a_new_connection_by_its_client_only(state):
    first = state(ONE, "a")
    first.die()
    again = state.home.start(lock.renew(STATE, first.token))
    assert again.stdout.readline() == "HELD\n"
    assert state.home.sh(lock.renew(STATE, "another")).stdout == "LOST\n"
    again.stdin.close()
    again.wait(60)


def test_what_lies_there_is_read_as_data(state):
    show = lock.show(ENVIRONMENT).commands[""]
    assert lock.read(state.home.sh(show).stdout) is None
    state(ONE, "a").die()
    journal(state, ONE, HALF)
    found = lock.read(state.home.sh(show).stdout)
    assert (found.state, found.owner["run"], found.step) == ("DEAD", ONE, "begin of step 03-stop")
    assert 0 <= found.age < 60


@pytest.mark.parametrize(
    ("state", "words"),
    [("LIVE", "runs.show"), ("RUNNING", "resume"), ("DEAD", "--take-over"), ("FREE", "holds nothing up")],
)
def test_who_is_kept_out_reads_who_what_how_long_and_what_to_type(state, words):
    owner = {"run": ONE, "task": "full-rollback", "who": "ada", "machine": "laptop"}
    line = lock.describe(LockInfo(state, owner, 300, "begin of step 05-downgrade"))
    for part in ("ada", "laptop", ONE, "full-rollback", "5 minutes", "05-downgrade", words):
        assert part in line


def test_who_is_kept_out_by_a_run_that_undo_does_not_take_back_is_not_sent_to_it():
    said = lock.describe(LockInfo("DEAD", {"run": ONE, "undo": lock.NO_UNDO}))
    assert "resume" in said and "undo" not in said and "--take-over" in said


def test_a_lock_that_holds_nothing_up_asks_for_no_take_over():
    assert "--take-over" not in lock.describe(LockInfo("FREE", {"run": ONE}))


@pytest.mark.parametrize("rest", ["", "nonsense", "[]\nx\n{", "{}\n\nnull"])
def test_a_lock_that_cannot_be_read_is_still_described(rest):
    assert "somebody" in lock.describe(lock.read(f"DEAD\n{rest}"))


@pytest.mark.parametrize("out", ["", "mkdir: cannot create directory", "TAKEN"])
def test_what_is_no_lock_is_not_taken_for_one(out):
    assert lock.read(out) is None
