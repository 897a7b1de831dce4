"""A drill on a real host: in place, beside, what is missed, and what cannot be run."""

from __future__ import annotations

import re
import signal

import pytest

from tests.faults.running import Running
from tests.faults.stage import Stage
from tests.operator import Operator

pytestmark = pytest.mark.sandbox
STATE = "jctc-app/.git/fab-rollback"
NAMED = "docker ps --format {{.Names}}"
EVERYTHING = "docker ps -aq --no-trunc; docker network ls -q; docker volume ls -q"
FILES = "mkdir -p ~/.fab-rollback; ls -A ~/.fab-rollback ~/backups; ls -d /tmp/tmp.* 2>&1"
STARTED = "docker inspect -f '{{.Id}} {{.State.StartedAt}}' $(docker ps -q)"
IN_PLACE = ["rollback", "undo of the rollback", "restore", "undo of the restore"]


def there(operator: Operator) -> str:
    """All that a drill beside could leave, or touch."""
    return operator.host.exec(f"{FILES}; {EVERYTHING}; {STARTED}")


def states(found: dict) -> dict[str, str]:
    """The state of each part."""
    return {part["name"]: part["state"] for part in found["parts"]}


def drilled(operator: Operator, *words: str, code: int = 0) -> dict:
    """The document of a drill that ends so."""
    ran = operator.fab("drill", "--json", *words, timeout=600)
    assert ran.code == code, ran.text
    return ran.json()


def judged(operator: Operator) -> tuple[str, str]:
    """What `check` says of the last drill."""
    (needs,) = operator.fab("check", "--json").json()["hosts"].values()
    return next((need["state"], need["found"]) for need in needs if need["name"] == "drill")


def test_beside_production_an_image_that_is_not_kept_is_found_out_and_nothing_is_touched(fresh):
    assert judged(fresh) == ("doubtful", "never drilled")
    before = there(fresh)
    found = drilled(fresh, "--beside", code=1)
    assert states(found) == {"restore": "proven", "release": "failed", "untouched": "proven"}
    assert f"image jctc-app-app:{fresh.good} is not there" in found["parts"][1]["found"]
    assert there(fresh) == before
    assert "ago: release failed" in judged(fresh)[1]


@pytest.mark.long
def test_what_was_practised_is_as_it_was_and_remembered(fresh):
    assert fresh.fab("full-rollback", "--commit", fresh.good, "--yes").code == 0
    assert fresh.fab("backups.create", "--yes").code == 0
    fresh.settings["objectives"] = {"rto": "10m", "rpo": "24h"}
    fresh.write()
    world, ledger = fresh.world(), fresh.host.exec(f"cat {STATE}/releases.jsonl")
    assert "test is production: a drill in its place" in fresh.fab("drill", "--yes").text
    found = drilled(fresh, "--interrupt", "test", "--yes")
    assert (states(found), found["passed"]) == (dict.fromkeys(IN_PLACE, "proven"), True)
    after = fresh.world()
    assert (after.head, after.revision, after.rows) == (world.head, world.revision, world.rows)
    assert (fresh.status_of(), fresh.host.exec(f"cat {STATE}/releases.jsonl")) == ("200", ledger)
    assert fresh.fab("release.stats", "--json").json()["whole"]["rollbacks"] == 1

    before = there(fresh)  # the images of v1 are kept since
    found = drilled(fresh, "--beside")
    assert (set(states(found).values()), found["passed"]) == ({"proven"}, True)
    assert judged(fresh)[0] == "ok"
    assert there(fresh) == before

    fresh.settings["objectives"] = {"rto": "1s", "rpo": "24h"}
    fresh.write()
    missed = drilled(fresh, "--beside", code=1)
    assert (set(states(missed).values()), missed["passed"], len(missed["missed"])) == ({"proven"}, False, 2)

    fresh.host.exec("cd backups && head -c 9000 $(ls -t *.dump | head -n 1) >jctc_db_$(date -u +%Y%m%d-%H%M%S).dump")
    damaged = drilled(fresh, "--beside", code=1)
    assert set(states(damaged).values()) == {"not run"}
    found = drilled(fresh, "--interrupt", "test", "--yes", code=1)
    assert states(found) == dict(zip(IN_PLACE, ["proven", "proven", "not run", "not run"], strict=True))
    assert (fresh.head(), fresh.status_of()) == (world.head, "200")
    history = fresh.fab("drill", "--history", "--json").json()
    assert [one["passed"] for one in history] == [True, True, False, False, False]
    assert "not run" in fresh.fab("drill", "--history").out


@pytest.mark.long
def test_with_compose_v1_all_of_it_is_proven_as_well(deployed):
    old = deployed(compose="v1")
    refused = old.fab("drill", "--interrupt", "test", "--yes")
    assert refused.code == 2 and "a drill starts from an application that is well" in refused.err
    assert old.fab("full-rollback", "--commit", old.good, "--yes").code == 0
    assert old.fab("backups.create", "--yes").code == 0
    assert states(drilled(old, "--interrupt", "test", "--yes")) == dict.fromkeys(IN_PLACE, "proven")
    before = there(old)
    assert set(states(drilled(old, "--beside")).values()) == {"proven"}
    assert there(old) == before


@pytest.mark.long
def test_after_a_ctrl_c_nothing_is_left_of_a_copy(fresh):
    assert fresh.fab("full-rollback", "--commit", fresh.good, "--yes").code == 0
    assert fresh.fab("undo", "--yes").code == 0
    before = there(fresh)
    for seen in ("fab-rollback-drill-.*-db", "fab-rollback-drill-.*-app"):  # the restore, and the release
        running = Running(fresh.command("drill", "--beside"), fresh.environ())
        fresh.host.exec(f"timeout 100 sh -c 'until {NAMED} | grep -q {seen}; do sleep 0.1; done'", timeout=110)
        running.send(signal.SIGINT)
        ended = running.end()
        assert "nothing is left of the copy" in ended.text, ended.text
        assert there(fresh) == before


@pytest.mark.long
def test_after_a_ctrl_c_in_the_middle_of_a_drill_in_place_its_commands_lead_back(fresh):
    assert fresh.fab("full-rollback", "--commit", fresh.good, "--yes").code == 0
    world = fresh.world()
    for step, leads_back in (("stop", ["undo"]), ("downgrade", ["resume", ""])):
        said = interrupted(fresh, step)
        assert "rollback: failed, Interrupted: " in said and "the undo of the rollback" not in said, said
        assert "next: fab resume" in said, said
        (way,) = re.findall("  a drill: what it did is taken back by fab (.*)", said)
        for words in leads_back:
            ran = fresh.fab(*(words or way).split(), "--yes")
            assert (ran.code, fresh.status_of()) == (0, "200"), ran.text
        after = fresh.world()
        assert (after.head, after.revision, after.rows) == (world.head, world.revision, world.rows)


def interrupted(operator: Operator, step: str) -> str:
    """What a drill in place says that hears a Ctrl-C in a step of its rollback."""
    stage = Stage(operator)
    known = stage.last_run()
    running = Running(operator.command("drill", "--interrupt", "test", "--yes"), operator.environ())
    stage.wait_for(step, known=known)
    running.send(signal.SIGINT)
    ended = running.end()
    assert ended.code == 1, ended.text
    return ended.text
