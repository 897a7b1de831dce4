"""What is left of a run on the host: its story, the ledger, the freeze; and the ways on and back."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.sandbox

STATE = "jctc-app/.git/fab-rollback"


def test_before_any_run_there_is_nothing_to_tell_continue_or_take_back(operator):
    for words in (["resume"], ["undo"], ["runs.show"], ["runs.show", "--run", "no-such-run"]):
        ran = operator.fab(*words)
        assert ran.code == 2, ran.text
        assert len(ran.err.strip().splitlines()) == 1


def test_a_run_leaves_its_story_and_a_verdict_on_both_releases(fresh):
    assert "No run yet" in fresh.fab("runs.list").out
    assert "No release" in fresh.fab("release.list").out
    kept = fresh.fab("release.begin")
    assert kept.code == 0, kept.text
    assert fresh.bad in fresh.host.exec(f"docker images --format '{{{{.Tag}}}}' {fresh.host.variant.image('app')}")
    assert fresh.fab("release.begin", "--snapshot").code == 2  # nobody can be asked
    ran = fresh.fab("full-rollback", "--commit", fresh.good, "--yes")
    assert ran.code == 0, ran.text
    _told(fresh)
    _private(fresh)
    _recorded(fresh)
    _counted(fresh)
    _frozen(fresh)
    _taken_back(fresh)


def _told(operator) -> None:
    """`runs.list` and `runs.show` say who did what, when, and how it was before."""
    last = operator.fab("runs.list", "--json").json()[-1]
    assert (last["task"], last["state"], last["half"]) == ("full-rollback", "done and verified", False)
    story = operator.fab("runs.show", "--json").json()
    assert story["run"] == last["run"]
    assert story["before"]["commit"] == operator.bad
    assert story["before"]["revision"] == ["c5b90f37a4de"]
    assert operator.bad in story["before"]["images"]["app"]
    assert story["before"]["snapshot"] in operator.sql("SELECT datname FROM pg_database")
    assert {step["state"] for step in story["steps"]} == {"done"}
    assert all(step["seconds"] is not None and step["commands"] for step in story["steps"])
    assert "done and verified" in operator.fab("runs.show", "--run", last["run"]).out
    over = operator.fab("resume", "--yes")
    assert over.code == 2
    assert "nothing to continue" in over.err


def _private(operator) -> None:
    """Nobody else can read the state folder, and there is no secret in it."""
    modes = operator.host.exec(f"find {STATE} -type d -printf '%m\\n'; find {STATE} -type f -printf 'f%m\\n'").split()
    assert set(modes) == {"700", "f600"}
    password = operator.host.exec("sed -n 's/^POSTGRES_PASSWORD=//p' jctc-app/.env")
    assert password
    assert operator.host.exec(f"grep -rlF '{password}' {STATE} || :") == ""


def _recorded(operator) -> None:
    """The target is good, what was left is bad, and the images of the good one have their ids written down."""
    said = {entry["commit"]: entry for entry in operator.fab("release.list", "--json").json()}
    assert (said[operator.good]["event"], said[operator.bad]["event"]) == ("good", "bad")
    assert said[operator.good]["images"]["app"].startswith("sha256:")
    assert operator.fab("git.last-good").out.strip() != operator.bad
    assert "bad" in operator.fab("git.log").out
    again = operator.fab("release.record")
    assert again.code == 0, again.text
    assert operator.fab("release.list", "--json").json()[-1]["task"] == "release.record"


def _counted(operator) -> None:
    """The figures know the release that failed, how long it took to mend, and what they do not know."""
    found = operator.fab("release.stats", "--months", "2", "--json").json()
    whole = found["whole"]
    assert (whole["failed"], whole["rollbacks"]) == (1, 1)
    runs = [r["run"] for r in operator.fab("runs.list", "--json").json() if r["task"] == "full-rollback"]
    story = operator.fab("runs.show", "--run", runs[-1], "--json").json()
    proven = next(entry for entry in story["journal"] if entry["event"] == "proven")
    assert (proven.get("outage"), proven.get("recovery")) == (story["outage"], story["recovery"])
    assert whole["time_to_restore"] == story["recovery"]
    assert any("nothing is known" in sentence for sentence in found["unknown"])
    assert "time to restore" in operator.fab("release.stats").out


def _frozen(operator) -> None:
    """The commit that was rolled back is not recorded, not even if it would run."""
    operator.host.exec("git -C jctc-app checkout -q main")
    ran = operator.fab("release.record")
    assert ran.code == 2, ran.text
    assert "was rolled back" in ran.err
    assert "--unfreeze" in ran.err
    forced = operator.fab("release.record", "--unfreeze")
    assert forced.code == 1, forced.text  # what runs is not what is checked out: that is not proven
    operator.host.exec(f"git -C jctc-app checkout -q {operator.good}")


def _taken_back(operator) -> None:
    """`undo` finds the rollback by its name, takes it back, and does so once."""
    runs = [r["run"] for r in operator.fab("runs.list", "--json").json() if r["task"] == "full-rollback"]
    plan = operator.fab("undo", "--run", runs[-1], "--plan")
    assert plan.code == 0, plan.text
    assert "alembic upgrade c5b90f37a4de" in plan.out
    ran = operator.fab("undo", "--run", runs[-1], "--yes")
    assert ran.code == 0, ran.text
    assert operator.head() == operator.bad
    assert operator.revision() == "c5b90f37a4de"
    assert operator.host.exec("git -C jctc-app symbolic-ref --short HEAD") == "main"
    twice = operator.fab("undo", "--run", runs[-1], "--yes")
    assert twice.code == 2
    assert "taken back already" in twice.err
