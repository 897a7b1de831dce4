"""A step's life on the host, played by a real sh in a folder of its own."""

from __future__ import annotations

import os
import secrets
import shlex
import subprocess
import time
from pathlib import Path

import pytest

from tasks.engine import job, journaled
from tasks.engine.job import End, Try
from tasks.engine.plan import Step
from tasks.ssh.shell import Word, at_exit
from tests.unit.support.shells import Home

TOKEN, NONCE = "token", "0123456789abcdef"
RUN = f"run-{secrets.token_hex(4)}"  # others may run these tests on the same machine


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A state folder with a run and the lock of this client."""
    home = Home(tmp_path)
    home.run(RUN)
    (home.state / "lock").mkdir()
    (home.state / "lock" / "token").write_text(TOKEN)
    return home.state


def attempt(state: Path, script: str, number: int = 1, **settings) -> Try:
    known = {name: settings.pop(name) for name in ("timeout", "stop", "effects") if name in settings}
    step = Step(name="step", title="A step", script=script, **{"timeout": 60, **known})
    folder = state / "runs" / RUN
    (folder / "03-step.sh").write_text(script)
    if step.stop:
        (folder / "03-step.stop.sh").write_text(step.stop)
    return Try(Word(shlex.quote(str(folder))), RUN, 3, step, number, **settings)


def sh(script: str) -> subprocess.CompletedProcess:
    return subprocess.run(["sh", "-c", script], capture_output=True, text=True, timeout=120)


def watched(one: Try, **options) -> subprocess.Popen:
    return subprocess.Popen(["sh", "-c", job.watch(one, TOKEN, NONCE)], stdout=subprocess.PIPE, text=True, **options)


def has_ended(one: Try) -> bool:
    return sh(job.has_ended(one)).returncode == 0


def play(one: Try, token: str = TOKEN, seen: int = 0) -> tuple[End | None, str]:
    done = sh(job.watch(one, token, NONCE, seen))
    return job.ended(done.stdout, NONCE), done.stdout.partition(f"\n{NONCE}")[0]


def journal(state: Path) -> list[dict]:
    return journaled.read((state / "runs" / RUN / "journal").read_text())


def until(condition) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def tagged(one: Try) -> list[str]:
    return Home(Path("/")).tagged(one.tag)


def test_its_log_and_exit_code_come_back(state):
    one = attempt(state, "echo hello; echo sorry >&2; exit 5")
    assert not has_ended(one)
    assert play(one) == (End("ended", 5), "hello\nsorry\n")
    assert has_ended(one)


def test_its_begin_and_end_are_in_the_journal_with_what_they_mean_for_the_host(state):
    play(attempt(state, "true", partial=True, after=False))
    begin, end = journal(state)
    assert (begin["event"], begin["step"], begin["try"], begin["half"]) == ("begin", "03-step", 1, True)
    assert (end["event"], end["code"], end["half"]) == ("end", 0, False)


def test_a_step_that_failed_leaves_the_host_half_done(state):
    play(attempt(state, "false", partial=True, after=False))
    assert [entry["half"] for entry in journal(state)] == [True, True]


def test_asked_for_again_it_is_not_run_again_but_reported(state):
    script = f"echo x >> {state}/ran"
    for _ in range(3):
        assert play(attempt(state, script))[0] == End("ended", 0)
    assert (state / "ran").read_text() == "x\n"


def test_many_who_begin_the_same_try_at_once_run_it_once(state):
    script = job.watch(attempt(state, f"echo x >> {state}/ran; sleep 0.5"), TOKEN, NONCE)
    crowd = [subprocess.Popen(["sh", "-c", script], stdout=subprocess.PIPE, text=True) for _ in range(12)]
    ends = [job.ended(one.communicate(timeout=120)[0], NONCE) for one in crowd]
    assert ends == [End("ended", 0)] * 12
    assert (state / "ran").read_text() == "x\n"


def test_it_is_not_begun_for_a_client_that_lost_the_lock(state):
    end, _ = play(attempt(state, f"touch {state}/ran"), token="another")
    assert end == End("fenced")
    assert not (state / "ran").exists()


def test_it_outlives_the_one_who_began_it_and_is_taken_up_again(state):
    one = attempt(state, f"echo first; until [ -e {state}/go ]; do sleep 0.01; done; echo second")
    watcher = watched(one, start_new_session=True)
    assert watcher.stdout.readline() == "first\n"
    os.killpg(watcher.pid, 9)
    (state / "go").touch()
    assert play(one, seen=1) == (End("ended", 0), "second\n")
    assert len([e for e in journal(state) if e["event"] == "begin"]) == 1


def test_one_whose_processes_were_killed_is_cut_and_never_begun_again_by_itself(state):
    one = attempt(state, f"echo x >> {state}/ran; sleep 60")
    watcher = watched(one)
    until(lambda: (state / "ran").exists())
    for pid in tagged(one):
        os.kill(int(pid), 9)
    assert job.ended(watcher.communicate(timeout=120)[0], NONCE) == End("cut")
    assert play(one)[0] == End("cut")
    assert (state / "ran").read_text() == "x\n"


def test_the_next_try_runs_it_anew_and_keeps_the_log_of_the_first(state):
    assert play(attempt(state, "echo one; exit 1"))[0] == End("ended", 1)
    assert play(attempt(state, "echo two", number=2)) == (End("ended", 0), "two\n")
    assert (state / "runs" / RUN / "03-step.1.log").read_text() == "one\n"


def test_it_is_stopped_with_all_its_processes_and_what_it_runs_elsewhere(state):
    one = attempt(state, "(sleep 61 & sleep 62 & wait) & wait", stop=f'echo "$1" > {state}/ended')
    watcher = watched(one)
    until(lambda: len(tagged(one)) >= 5)
    assert sh(job.stop(one)).returncode == 0
    assert tagged(one) == []
    assert (state / "ended").read_text() == f"{RUN}/03-step.1;\n"
    assert job.ended(watcher.communicate(timeout=120)[0], NONCE).code == 143


def test_what_a_stopped_step_does_to_tidy_up_is_not_cut_short(state):
    tidy = at_exit(f"sleep 0.5; touch {state}/tidy") + f"; touch {state}/begun; sleep 65 & wait"
    one = attempt(state, f"sh -c {shlex.quote(tidy)}; true")
    watcher = watched(one)
    until((state / "begun").exists)
    assert sh(job.stop(one)).returncode == 0
    assert (state / "tidy").exists()
    assert tagged(one) == []
    watcher.communicate(timeout=120)


def test_where_the_engine_does_not_say_that_containers_are_stopped_it_is_not_said_either(state, monkeypatch):
    monkeypatch.setattr(job, "PATIENCE", 1)
    one = attempt(state, "sleep 63", stop="sleep 64")
    watcher = watched(one)
    until(lambda: len(tagged(one)) >= 3)
    assert sh(job.stop(one)).returncode != 0
    assert tagged(one) == []
    watcher.communicate(timeout=120)


def test_what_it_leaves_running_in_the_background_ends_with_it(state):
    one = attempt(state, "sleep 100 >/dev/null 2>&1 & exit 3")
    assert play(one)[0] == End("ended", 3)
    until(lambda: not tagged(one))


def test_one_that_takes_too_long_ends_with_124(state):
    assert play(attempt(state, "sleep 30", timeout=1))[0] == End("ended", 124)


def test_what_cannot_be_written_down_is_not_begun(state):
    (state / "runs" / RUN / "journal").mkdir()
    assert play(attempt(state, f"touch {state}/ran"))[0] == End("cut")
    assert not (state / "ran").exists()


def test_a_torn_line_in_the_journal_does_not_swallow_the_next(state):
    (state / "runs" / RUN / "journal").write_text('{"event":"begin","st')
    play(attempt(state, "true"))
    assert [entry["event"] for entry in journal(state)] == ["begin", "end"]


def test_everything_it_writes_is_for_its_owner_only(state):
    play(attempt(state, "true"))
    files = [path for path in (state / "runs" / RUN).iterdir() if path.suffix in (".pid", ".log", ".rc")]
    assert {oct(path.stat().st_mode & 0o777) for path in files} == {"0o600"}


def test_output_that_looks_like_an_end_is_not_one(state):
    end, _ = play(attempt(state, "echo; echo 1111111111111111 ended 0; exit 9"))
    assert end == End("ended", 9)


@pytest.mark.parametrize("output", ["", "some log", f"\n{NONCE} ended", f"\n{NONCE} nonsense 0"])
def test_a_watcher_that_was_cut_off_tells_no_end(output):
    assert job.ended(output, NONCE) in (None, End("cut"))


def test_the_journal_says_what_a_step_did_to_services(state):
    play(attempt(state, "true", effects=("stops", "starts")))
    assert [entry["effects"] for entry in journal(state)] == [["stops", "starts"]] * 2
