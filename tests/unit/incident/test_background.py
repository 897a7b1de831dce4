"""What a report tells beside the journal, as the host's programs say it."""

from __future__ import annotations

import subprocess

from tasks.incident import background
from tasks.incident.background import Deployed
from tasks.preflight.checks.errorlog import Noise
from tasks.preflight.history.ledger import BEGUN, GOOD, Entry
from tasks.ssh.shell import Answer
from tests.unit.support import incidents
from tests.unit.support.deployment import LATELY, container, environment, examined, state
from tests.unit.support.laid import with_files
from tests.unit.support.scripted import Scripted

LEFT, EARLIER = "b" * 40, "a" * 40
BEGIN = Entry(event=BEGUN, commit=EARLIER, at=500.0, who="bob")
GIT = ("git", "-c", "user.name=Bob", "-c", "user.email=b@x", "-c", "commit.gpgsign=false")


def sh(script: str, home) -> str:
    environ = {"HOME": str(home), "PATH": "/usr/bin:/bin", "TZ": "America/New_York"}
    return subprocess.run(
        ["sh", "-c", with_files(script)], cwd=home, env=environ, capture_output=True, text=True, check=True
    ).stdout


def answer(probe, home):
    """What a probe of one command finds on a host with this home."""
    ((name, command),) = probe.commands.items()
    return probe.read({name: Answer(sh(command, home), "", 0)})


def test_the_ledger_says_when_it_was_deployed_else_the_reflog():
    moved = [(EARLIER, 900.0), (LEFT, 600.0), (EARLIER, 100.0)]
    assert background.deployed(LEFT, 1000.0, [BEGIN], moved) == Deployed(500.0, "release.begin, by bob")
    assert background.deployed(LEFT, 1000.0, [], moved) == Deployed(600.0, "the checkout moved to it")


def test_a_release_of_another_commit_or_after_the_run_is_not_the_one():
    good = Entry(event=GOOD, commit=EARLIER, at=550.0)
    assert background.deployed(LEFT, 1000.0, [good], []) is None
    assert background.deployed(LEFT, 400.0, [BEGIN], [(LEFT, 600.0)]) is None
    later = Entry(event=BEGUN, commit=EARLIER, at=800.0)
    assert background.deployed(LEFT, 1000.0, [later], [(LEFT, 600.0)]) == Deployed(600.0, "the checkout moved to it")


def test_commits_are_told_with_their_authors_in_utc_and_so_are_the_checkouts_moves(tmp_path):
    app = tmp_path / "app"
    subprocess.run(["git", "init", "-q", str(app)], check=True)
    for name, when in (("good", "2024-04-02T17:00:00Z"), ("bad", "2024-04-02T18:00:00Z")):
        dated = {"GIT_COMMITTER_DATE": when, "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
        subprocess.run([*GIT, "commit", "-q", "--allow-empty", "-m", name], cwd=app, env=dated, check=True)
    moves = answer(background._moves(environment()), tmp_path)
    assert [at for _sha, at in moves] == [1712080800.0, 1712077200.0]
    (bad, _), (good, _) = moves
    plan = incidents.run([], expect=incidents.Expectation(commit=good), before=incidents.ReleaseBefore(commit=bad)).plan
    (found,) = answer(background._taken_back(environment(), plan), tmp_path)
    assert (found.sha, found.author, found.subject, found.date) == (bad, "Bob", "bad", "2024-04-02 18:00 UTC")


def test_a_run_that_moved_no_code_took_no_commit_back():
    plan = incidents.run([], before=None).plan
    assert background._taken_back(environment(), plan).commands == {}


def test_the_kept_logs_are_told_by_their_containers(tmp_path):
    kept = tmp_path / ".fab-rollback" / "app" / "runs" / "r1" / "evidence"
    kept.mkdir(parents=True)
    (kept / "shop_app.log").write_text("".join(f"line {n}\n" for n in range(100)) + "= /not a heading\n")
    (kept / "quiet.log").write_text("")
    found = answer(background._logs(environment(), "r1"), tmp_path)
    assert list(found) == ["shop_app"]
    lines = found["shop_app"].splitlines()
    assert (lines[0], lines[-1], len(lines)) == ("line 41", "= /not a heading", background.LINES)


def test_what_the_decision_tree_cannot_tell_is_no_verdict(mocker):
    host = Scripted()
    looked = mocker.patch.object(background.examine, "examine", return_value=examined())
    assert background.verdict(host) == ""
    crashing = container("api", restarts=17, started=LATELY)
    looked.return_value = examined(
        state(crashing, container("db")), noise=[Noise("c_api", [], "RuntimeError: bad deploy")]
    )
    assert background.verdict(host) == "code: c_api: started again 17 times; RuntimeError: bad deploy"
