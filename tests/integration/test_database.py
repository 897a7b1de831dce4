"""The schema's steps, on a real host."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.operator import Operator

TRIAL = Path(__file__).parent.parent.parent / "tasks/tools/alembic/trial.sh"
pytestmark = pytest.mark.sandbox
DEPLOY = (
    "cd jctc-app && git checkout -q main && c='docker-compose -f docker-compose.prod.yml' && $c build -q"
    " && $c run --rm app alembic upgrade head && $c up -d -t 1"
)


@pytest.fixture
def revisions(operator) -> dict[str, str]:
    """The head of each release's migrations, by its name, as `db.heads` reads it from git."""
    shas = operator.host.releases
    return {name: operator.fab("db.heads", "--commit", sha).out.strip() for name, sha in shas.items()}


def test_the_present_revision_and_the_way_to_it_are_told(operator, revisions):
    assert operator.fab("db.current").out.split()[0] == operator.revision() == revisions["v3"]
    history = operator.fab("db.history", "--json").json()
    assert [entry["revision"] for entry in history] == [revisions[name] for name in ("v3", "v2", "v1")]
    assert all(entry["applied"] for entry in history)


def test_the_preview_shows_the_sql_and_changes_nothing(operator, revisions):
    before = operator.world()
    ran = operator.fab("db.preview")
    assert ran.code == 0, ran.text
    assert "DROP COLUMN" in ran.out
    assert f"version_num='{revisions['v2']}'" in ran.out
    assert "-- blocks readers and writers of cases: ALTER TABLE cases DROP COLUMN priority" in ran.out
    told = operator.fab("db.preview", "--json").json()
    (drop,) = [one for one in told["migrations"][0]["findings"] if one["kind"] == "destroys"]
    assert drop["rows"] == int(operator.rows()["cases"])
    assert told["sql"].strip() and told["locks"][0]["blocks"] == "readers and writers"
    assert operator.world() == before


def test_the_revision_is_read_while_the_application_is_down(fresh, revisions):
    fresh.host.exec("docker rm -f jctc_app")
    assert revisions["v3"] in fresh.fab("db.current").out
    ran = fresh.fab("db.downgrade", "--yes")
    assert ran.code == 0, ran.text
    assert fresh.revision() == revisions["v2"]


@pytest.mark.long
def test_what_the_text_of_a_commit_does_not_decide_alembic_tells_in_the_image_that_runs(fresh, revisions):
    fresh.host.exec(
        "cd jctc-app && sed -i '/^.alembic.$/a recursive_version_locations = true' alembic.ini"
        f" && git -c user.name=x -c user.email=x@x commit -qam recursive && cd && {DEPLOY}"
    )
    assert fresh.fab("db.heads").out.strip() == revisions["v3"]
    assert fresh.fab("db.history", "--json").json()[0]["title"]
    ran = fresh.fab("full-rollback", "--commit", fresh.good, "--yes")
    assert ran.code == 0, ran.text
    assert fresh.revision() == revisions["v2"]


def test_a_rehearsal_leaves_nothing_behind(operator):
    before = operator.world()
    leftovers = (
        "docker ps -aq --filter name=rehears; docker network ls -q --filter name=rehears"
        "; ls /tmp | grep -v runc-process || :"  # the engine's own, for a moment
    )
    clean = operator.host.exec(leftovers)
    ran = operator.fab("db.rehearse", "--yes")
    assert ran.code == 0, ran.text
    assert "works on a clone" in ran.out
    assert "no image is tried on the downgraded schema: there is no image" in ran.out
    assert operator.world() == before
    assert operator.host.exec(leftovers) == clean


def test_the_target_is_tried_on_the_downgraded_clone_before_production_is_touched(operator):
    before, built = operator.world(), operator.host.variant.image("app")
    image = f"{built}:{operator.good}"
    operator.host.exec(f"git -C jctc-app archive {operator.good} | docker build -q -t {image} -")
    try:
        ran = operator.fab("db.rehearse", "--yes")
        assert ran.code == 0, ran.text
        assert f"the image of {operator.good[:12]} answers 200 on the downgraded schema" in ran.out
        operator.host.exec(f"docker tag {built}:latest {image}")  # v3, which wants the column renamed
        ran = operator.fab("db.rehearse", "--commit", operator.good, "--yes")
        assert ran.code == 2, ran.text
        assert "/health answers 500; it says: " in ran.err
        assert "column cases.court_name does not exist" in ran.err
    finally:
        operator.host.exec(f"docker rmi {image}")
    assert operator.world() == before
    assert operator.host.exec("docker ps -aq --filter name=rehears; docker network ls -q --filter name=rehears") == ""


def test_words_of_a_command_come_out_of_docker_as_they_went_in(operator):
    words = ["it's", 'a "b"', "$HOME `id`", "two\nlines", "back\\slash"]
    made = f"docker create --entrypoint {shlex.quote(words[0])} jctc/python-base:3.11 {shlex.join(words[1:])}"
    function = re.search(r"^words\(\).*?^}", TRIAL.read_text(), re.MULTILINE | re.DOTALL)[0]
    read = 'for n in Entrypoint Cmd; do docker inspect -f "$(words $n)" $c; done'
    out = operator.host.exec(f"{function}\nc=$({made}); {read}; docker rm $c >/dev/null")
    assert shlex.split(out) == words


def test_a_downgrade_says_what_it_destroys_and_keeps_a_copy(fresh, revisions):
    rows = fresh.rows()
    ran = fresh.fab("db.downgrade", "--yes")
    assert ran.code == 0, ran.text
    assert f"drops column cases.priority: {rows['cases']} values in {rows['cases']} rows go" in ran.out
    assert fresh.revision() == revisions["v2"]
    assert fresh.rows() == rows
    copies = fresh.sql("SELECT datname FROM pg_database WHERE datname LIKE '%snap%'").split()
    assert len(copies) == 1
    assert copies[0] in ran.out
    assert fresh.sql("SELECT count(priority) FROM cases", database=copies[0]) == rows["cases"]


@pytest.mark.parametrize(
    "words",
    [
        ("db.downgrade", "--revision", "nothere"),
        ("db.downgrade", "--revision", "-1"),
        ("db.preview", "--revision", "x' OR 1=1"),
        ("db.heads", "--commit", "nothere"),
    ],
)
def test_what_is_not_a_revision_is_refused_in_one_line(operator, words):
    before = operator.world()
    ran = operator.fab(*words)
    assert ran.code == 2, ran.text
    assert len(ran.err.strip().splitlines()) == 1
    assert operator.world() == before


@pytest.mark.long
def test_a_downgrade_that_raises_is_refused_with_the_ways_out(hosts, tmp_path):
    operator = Operator(hosts(downgrade_raises=True), tmp_path)
    before = operator.world()
    ran = operator.fab("full-rollback", "--commit", operator.good, "--yes")
    assert ran.code == 2, ran.text
    assert "NotImplementedError" in ran.err or "raises" in ran.err
    for way in ("--no-database", "--revision", "--downgrade-sql"):
        assert way in ran.err
    backup = r"newest backup at that revision \(.*lost\): fab emergency-restore --file backups/jctc_db_20240401.dump, "
    assert re.search(f"{backup}then fab code-rollback --commit {operator.good[:7]}", ran.err)
    assert "fab undo --run" not in ran.err
    assert operator.world() == before


@pytest.mark.long
def test_the_operators_own_sql_takes_the_place_of_a_downgrade_that_raises(hosts, tmp_path):
    host = hosts(downgrade_raises=True)
    host.reset()
    operator = Operator(host, tmp_path)
    rows, revision = operator.rows(), operator.revision()
    own = tmp_path / "own.sql"
    own.write_text("ALTER TABLE cases DROP COLUMN priority;\nALTER TABLE cases RENAME court_name TO court")
    words = ("full-rollback", "--commit", operator.good, "--downgrade-sql", f"{revision}={own}", "--yes")
    ran = operator.fab(*words)
    assert ran.code == 0, ran.text
    assert operator.status_of() == "200"
    assert operator.rows() == rows
    begun_and_brought_back(operator)


def begun_and_brought_back(operator: Operator) -> None:
    """A release that was begun with a snapshot is come back to where its migration cannot be taken back."""
    ran = operator.fab("release.begin", "--snapshot", "--yes")
    assert ran.code == 0, ran.text
    before = operator.rows()
    operator.host.exec(DEPLOY, timeout=120)
    operator.sql("INSERT INTO cases (reference, title, opened_on) VALUES ('NEW-1', 'new', now())")
    ran = operator.fab("full-rollback", "--commit", operator.good, "--yes")
    assert ran.code == 2, ran.text
    told = re.search(r"\(1 rows of public.cases were added since.*\): fab (undo --run \S+ --restore-snapshot)", ran.err)
    assert told, ran.err
    assert operator.fab("undo", "--yes").code == 2
    ran = operator.fab(*told[1].split(), "--yes")
    assert ran.code == 0, ran.text
    assert (operator.head(), operator.rows(), operator.status_of()) == (operator.good, before, "200")


@pytest.mark.long
def test_wrong_sql_of_the_operators_fails_in_the_rehearsal(hosts, tmp_path):
    host = hosts(downgrade_raises=True)
    host.reset()
    operator = Operator(host, tmp_path)
    before = operator.world()
    own = tmp_path / "own.sql"
    own.write_text("ALTER TABLE cases DROP COLUMN nothere")
    words = ("full-rollback", "--commit", operator.good, "--downgrade-sql", f"{operator.revision()}={own}", "--yes")
    ran = operator.fab(*words)
    assert ran.code == 2, ran.text
    assert "rehears" in ran.err.lower()
    assert "fab emergency-restore --file backups/jctc_db_20240401.dump" in ran.err
    assert operator.world() == before


@pytest.mark.long
def test_a_release_that_migrates_and_then_dies_in_a_loop_is_rolled_back(hosts, tmp_path):
    host = hosts(crash_loop=True, compose="v2", container_names=False)
    host.reset()
    operator = Operator(host, tmp_path)
    rows = operator.rows()
    ran = operator.fab("full-rollback", "--commit", operator.good, "--yes")
    assert ran.code == 0, ran.text
    assert operator.status_of() == "200"
    assert operator.head() == operator.good
    assert operator.rows() == rows
    assert operator.fab("verify").code == 0


def test_a_session_that_would_block_the_downgrade_is_named_and_ended(fresh):
    hold = '{ echo "BEGIN; SELECT count(*) FROM cases;"; sleep 300; } | psql -U jctc_user -d jctc_db'
    fresh.host.exec(f"docker exec -d jctc_db sh -c '{hold}'")
    held = "SELECT pid FROM pg_stat_activity WHERE state = 'idle in transaction' AND application_name = 'psql'"
    waiting = f"{held} AND state_change < now() - interval '2 seconds'"
    fresh.host.exec(f'until docker exec jctc_db psql -XAtU jctc_user jctc_db -c "{waiting}" | grep .; do :; done')
    pid = fresh.sql(held)
    ran = fresh.fab("db.downgrade", "--yes")
    assert ran.code == 0, ran.text
    assert f"pid {pid}, jctc_user (psql), idle in a transaction" in ran.out
    assert fresh.sql(held) == ""
