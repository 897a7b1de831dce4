"""Everything that will be needed: what is broken is named, with its cure, and nothing else is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from msgspec import structs

from tasks.console.commands import render
from tasks.engine.lock import LockInfo
from tasks.engine.told import Drift
from tasks.preflight.history.drills import Drill, Part
from tasks.preflight.history.past import Past
from tasks.preflight.needs import needs_table
from tasks.preflight.needs.looked import Data, Image
from tasks.preflight.present.drift import Drifted
from tasks.preflight.present.state import Response
from tasks.tools.alembic.kept_rehearsal import Kept
from tasks.tools.alembic.revisions import Revision
from tasks.tools.alembic.schema_change import SchemaChange
from tasks.tools.compose.project import Project
from tasks.tools.git.fitness import Lacking, Origin
from tests.unit.support.deployment import GOOD, HEAD, NOW, container, environment, examined, state
from tests.unit.support.needs import DRILLED, NEWEST, PAST, STORED, judged, looked
from tests.unit.support.reports import STAYS
from tests.unit.support.restoring import server

OWNER = {"run": "r1", "task": "full-rollback", "who": "ada", "machine": "laptop"}


def seen(**values):
    """Return what an examination finds, where this is so."""
    return {"examined": examined(state(**{"free": {"/": 9 * 10**9}, **values}))}


def down(body: str) -> dict:
    """Return the way down by one migration whose downgrade is `body`."""
    up = "from alembic import op\nrevision = 'two'\ndef upgrade():\n    op.add_column('t', x)\n"
    source = f"{up}def downgrade():\n    {body}\n"
    return {"change": SchemaChange(["two"], ["one"], ["one"], (Revision("two", ("one",), source=source),))}


def database(**values):
    return environment(database={**STORED, **values}, notify=["json://h"])


STACK = structs.replace(database(), orchestrator="swarm", stack="shop", name="production")


def test_where_all_is_there_all_is_ok_and_nothing_is_to_be_done():
    found = judged(looked())
    assert [need for need in found.values() if (need.state, need.cure) != ("ok", "")] == []
    assert list(found) == list(needs_table.NEEDS)


def test_what_the_tasks_of_a_stack_run_with_is_not_compared_and_nobody_is_sent_to_a_command_that_cannot_tell():
    found = judged(looked(environment=STACK, examined=examined(drifted=Drifted(problem="that is not looked at"))))
    assert "drift" not in found


MISSING = {
    "state folder": {"barred": ".git is for root alone"},
    "lock": {"lock": LockInfo("DEAD", OWNER, 90)},
    "engine": seen(engine="", problems={"engine": "the Docker engine does not answer: start it"}),
    "compose": seen(problems={"compose": "there is no compose on the host: install it"}),
    "checkout": {"unwritable": ["/home/u/app/.git/objects"]},
    "submodules": {"target": {"submodules": Lacking(["lib"])}},
    "git-lfs": seen(lacks_lfs="its hook post-checkout calls it"),
    "branch": {"origin": Origin("no-branch")},
    "disk for images": seen(free={"/": 10**8}),
    "downgrade": {"target": down("raise NotImplementedError")},
    "drift": {"examined": examined(drifted=Drifted(blank=[("api", "KEY")]))},
    "health": seen(responses=[Response("http://h:1/x", 0)]),
    "database": {"data": Data(problem="the database container (db) is not running")},
    "disk for snapshot": {"data": Data(server(), short="too little disk for a snapshot, and for a dump")},
    "disk for restore": {"data": Data(server(free=2000))},
    "backup": {"backups": []},
    "verified": {"backups": [replace(NEWEST, restored="NOT RESTORED on trial: why")]},
    "notification": {"told": ["address 1 (json): not delivered"]},
}


@pytest.mark.parametrize("name", MISSING)
def test_what_a_rollback_or_a_restore_would_want_for_is_missing_with_a_command(name):
    found = judged(looked(**MISSING[name]))
    assert (found[name].state, bool(found[name].cure)) == ("missing", True)


def test_values_that_only_the_deployers_shell_had_are_missing_with_where_they_belong():
    kept = Drifted([Drift("api", "environment", ["KEY"]), Drift("web", "settings")], by_shell=["api", "web"])
    need = judged(looked(examined=examined(drifted=kept)))["drift"]
    assert need.state == "missing" and "compose.env_file: [.env, FILE] in" in need.found
    only = Drifted([Drift("web", "settings")], by_shell=["web"])
    assert judged(looked(examined=examined(drifted=only)))["drift"].state == "doubtful"


DOUBTFUL = {
    "lock": {"lock": LockInfo("LIVE", OWNER, 9)},
    "local changes": seen(modified=["app.py"]),
    "submodules": {"target": {"submodules": Lacking(never=["lib"])}},
    "branch": {"origin": Origin("behind", "c" * 40)},
    "last good": {"past": structs.replace(PAST, ledger=[])},
    "images": {"target": {"images": [Image("api", f"api:{GOOD}", here=False)]}},
    "downgrade": {"target": down("op.drop_column('t', 'x')")},
    "rehearsal": {"target": {"rehearsed": Kept(at=1.0, rests={"schema": "a"}, now={"schema": "b"})}},
    "drift": {"examined": examined(drifted=Drifted([Drift("api", "environment", ["KEY"])]))},
    "health": seen(responses=[Response("http://h:1/x", 500)]),
    "database": {"data": Data(replace(server(), beside=False))},
    "disk for snapshot": {"data": Data(server(), room=["no clone fits beside it: the snapshot is a dump"])},
    "disk for restore": {"backups": [replace(NEWEST, checked=None)]},
    "backup": {"environment": database(backups="b")},
    "verified": {"backups": [replace(NEWEST, checked=None)]},
    "notification": {"told": None},
    "drill": {"drills": []},
    "clock": {"ahead": -60.0},
}


@pytest.mark.parametrize("name", DOUBTFUL)
def test_what_nobody_knows_or_what_costs_something_is_doubtful_with_a_command(name):
    found = judged(looked(**DOUBTFUL[name]))
    assert (found[name].state, bool(found[name].cure)) == ("doubtful", True)


def test_a_host_that_did_not_say_in_time_whether_the_login_may_write_is_no_reason_to_change_its_rights():
    need = judged(looked(barred=None))["state folder"]
    assert (need.state, render(need.cure)) == ("doubtful", "fab check")


def test_an_address_is_not_suspected_while_what_should_answer_it_does_not_run():
    loop = [container("api", status="restarting"), container("db")]
    need = judged(looked(**seen(responses=[Response("http://h:1/x", 0)], containers=loop)))["health"]
    assert (need.state, render(need.cure)) == ("doubtful", "fab diagnose")


def test_a_backup_that_nobody_knows_to_be_of_the_database_is_read_before_it_counts():
    need = judged(looked(backups=[replace(NEWEST, ours=None, checked=None)]))["backup"]
    assert (need.state, render(need.cure)) == ("doubtful", "fab backups.check --file b/d.dump")
    assert need.found == "b/d.dump: nothing says that it is of d"


def test_every_need_but_the_connection_was_seen_to_be_wanting():
    assert MISSING.keys() | DOUBTFUL.keys() == needs_table.NEEDS.keys() - {"ssh"}


@pytest.mark.parametrize(
    ("name", "broken", "cure"),
    [
        ("checkout", seen(head="", problems={"head": "the checkout is another login's: ..."}),
         """ssh u@h 'git config --global --add safe.directory "$HOME"/app'"""),
        ("checkout", seen(head="", problems={"head": "app.path in hosts.yaml is not a git checkout"}), "vi hosts.yaml"),
        ("engine", seen(engine="", problems={"engine": "the login may not use Docker: sudo ..."}),
         "ssh u@h 'sudo usermod -aG docker u'"),
        ("engine", seen(engine=""), "fab diagnose"),
        ("last good", {"target": {"commit": ""}, "past": Past([HEAD])}, "fab release.record"),
        ("rehearsal", {"target": {"rehearsed": Kept()}}, f"fab db.rehearse --commit {GOOD[:12]}"),
        ("lock", MISSING["lock"], "fab resume"),
        ("downgrade", {"target": {"unreachable": "the container (db) is not running"}}, "fab containers.start"),
        ("downgrade", {"target": {"unreachable": "a revision that HEAD does not have (git fetch on the host)"}},
         """ssh u@h 'git -C "$HOME"/app fetch origin'"""),
        ("database", MISSING["database"], "fab containers.start"),
        ("branch", DOUBTFUL["branch"], """ssh u@h 'git -C "$HOME"/app fetch origin'"""),
        ("verified", DOUBTFUL["verified"], "fab backups.check --file b/d.dump --restore"),
        ("notification", {"told": None}, "fab check --notify"),
        ("drill", {"drills": []}, "fab drill"),
        ("drill", {"drills": [], "production": True}, "fab drill --beside"),
        ("drill", {"drills": [], "production": True, "environment": STACK}, "fab drill --interrupt production"),
    ],
)  # fmt: skip
def test_the_cure_is_what_can_be_typed(name, broken, cure):
    assert render(judged(looked(**broken))[name].cure) == cure


@pytest.mark.parametrize(
    ("name", "found", "words"),
    [
        ("backup", looked(), "b/d.dump, 60 minutes old"),
        ("downgrade", looked(target=DOUBTFUL["downgrade"]["target"]), "two destroys data: drops"),
        ("disk for restore", looked(), "4.0 kB needed, 1.0 GB are free"),
        ("disk for images", looked(), "1.0 GB needed, 9.0 GB free on /"),
        ("clock", looked(ahead=90.0), "90.0 s ahead of"),
        ("images", looked(), "1 kept"),
    ],
)  # fmt: skip
def test_what_was_found_is_said_in_figures(name, found, words):
    assert words in judged(found)[name].found


NOT_PASSED = Part(name="restore", state="failed"), Part(name="undo of the restore", state="not run")


@pytest.mark.parametrize(
    ("drills", "words"),
    [
        ([], "never drilled"),
        ([structs.replace(DRILLED, at=NOW - 40 * 86400)], "the last one, in place, passed 40 days ago"),
        ([DRILLED, Drill(at=NOW - 3600, kind="beside", parts=list(NOT_PASSED))],
         "the last one, beside, 60 minutes ago: restore failed, undo of the restore not run"),
        ([Drill(at=NOW - 3600, kind="beside", missed=["the restore took 12.0 s, rto is 10 s"])],
         "the last one, beside, 60 minutes ago: the restore took 12.0 s, rto is 10 s"),
    ],
)  # fmt: skip
def test_a_drill_that_is_old_or_was_not_passed_is_as_doubtful_as_none(drills, words):
    found = judged(looked(drills=drills))["drill"]
    assert (found.state, found.found) == ("doubtful", words)


def test_images_that_have_to_be_made_take_what_those_that_run_take():
    gone = {"target": {"images": [Image("api", "x", here=False)]}, "sizes": {"image-api": 20 * 10**9}}
    found = judged(looked(**gone))["disk for images"]
    assert (found.state, found.found) == ("doubtful", "20.0 GB needed, 9.0 GB free on /")


def test_a_release_whose_image_a_registry_has_needs_the_registry():
    image = Image("web", "registry/web:2", here=False, pulled=True)
    found = judged(looked(target={"images": [image]}))["images"]
    assert (found.state, render(found.cure)) == ("doubtful", "ssh u@h 'docker pull registry/web:2'")


def test_what_a_deployment_does_not_have_it_does_not_need():
    without = judged(looked(environment=environment(database=None, notify=["json://h"]), target={"change": None}))
    gone = {"database", "backup", "verified", "disk for restore", "downgrade", "rehearsal"}
    assert not gone & without.keys()
    assert "rehearsal" not in judged(looked(target={"change": STAYS}))


def test_the_database_and_the_team_are_those_of_the_first_host():
    found = judged(looked(primary=False, data=Data(), target={"change": None}))
    assert not {"database", "backup", "verified", "notification", "disk for restore", "drill"} & found.keys()


def test_no_way_down_and_no_way_onto_the_host_are_missing():
    found = judged(
        looked(target={"problem": "it has no service web (frontend)", "unreachable": "no downgrade leads there"})
    )
    assert (found["last good"].state, found["downgrade"].state) == ("missing", "missing")
    assert "images" not in found


def test_files_that_compose_does_not_accept_are_missing():
    found = judged(looked(examined=examined(project=Project(problem="no such file"))))["compose"]
    assert (found.state, found.cure) == ("missing", "vi hosts.yaml")


def test_a_host_that_is_not_reached_has_one_line():
    (need,) = needs_table.unreached("u@h:22: nothing answers there", "ssh u@h")
    assert (need.name, need.state, need.cure) == ("ssh", "missing", "ssh u@h")


def test_on_a_release_that_is_ill_nothing_is_to_be_recorded_and_the_way_back_is_named():
    ill = {**seen(responses=[Response("http://h", 500)]), "past": Past([HEAD, GOOD])}
    gone = [Image("api", "api:1", here=False)]
    found = judged(looked({"images": gone}, **ill))
    back = f"fab full-rollback --commit {GOOD[:12]} --plan"
    assert [render(found[name].cure) for name in ("last good", "images")] == [back, back]
    assert render(judged(looked({"commit": ""}, **ill))["last good"].cure) == "fab diagnose"


def test_the_login_of_a_database_on_some_node_of_a_swarm_gets_its_right_there():
    seen = state(container("db", name="shop_db.1@two"), free={"/": 9 * 10**9})
    k = looked(examined=examined(seen), data=Data(replace(server(), beside=False)))
    cure = judged(k)["database"].cure
    assert cure.startswith("on two: docker exec -it $(docker ps -qf name=shop_db.1) psql -U postgres -c")


def test_where_the_database_s_node_is_not_reached_the_cure_is_what_has_to_work_on_the_manager():
    why = "shop_db runs on two, which cannot be reached (no key); what has to work there: docker -H ssh://two version"
    need = judged(looked(data=Data(problem=why)))["database"]
    assert (need.state, need.cure) == ("missing", "ssh u@h 'docker -H ssh://two version'")
