"""What a rollback would meet, put together from what the hosts answer."""

from __future__ import annotations

import pytest

from tasks.console import commands
from tasks.console.commands import HOSTS_FILE
from tasks.console.errors import Refused
from tasks.engine.told import Drift
from tasks.preflight import losses, rollback
from tasks.preflight.backups import copies
from tasks.preflight.losses import Losses
from tasks.preflight.present import target_files
from tasks.preflight.present.drift import Drifted
from tasks.preflight.revisions import schema_choice, start_up
from tasks.preflight.rollback_report import RollbackOptions
from tasks.preflight.target.commit_choice import Named
from tasks.tools.alembic.kept_rehearsal import PARTS, Kept
from tasks.tools.alembic.revisions import Graph, Revision
from tests.unit.support.deployment import GOOD, HEAD, container, environment, state
from tests.unit.support.reports import COMMIT, DATABASE, DOWN, STAYS, WANTED

NO_DRIFT, NOTHING = Drifted(), Kept()
TREE = Graph.of([Revision("one", (), path="alembic/versions/one.py")])
SERVICES = [container("api"), container("web"), container("worker"), container("db")]


@pytest.fixture
def host(mocker):
    """Return the primary of a fleet whose members have these states, and a target that changes the schema so."""

    def met(*states, change=STAYS, commit=COMMIT, drifted=NO_DRIFT, trees=(), kept=NOTHING):
        found = mocker.Mock(environment=environment(), address="u@h:22", host="h")
        named = Named(commit, "", False, [], "")
        members = [mocker.Mock(environment=environment(), address="u@h:22") for _ in states[1:]]
        found.fleet = (found, *members)
        for member, seen in zip(found.fleet, states or (state(*SERVICES),), strict=True):
            member.fleet = found.fleet
            member.ask.return_value = (seen, named, {}, [], {}, drifted, {"HEAD": TREE}, [*trees])
        mocker.patch.object(target_files, "check", return_value=WANTED)
        mocker.patch.object(schema_choice, "needed", return_value=change)
        mocker.patch.object(losses, "describe", return_value=Losses(["lost"], ["Go on?"], kept))
        mocker.patch.object(copies, "database_of", return_value=DATABASE)
        mocker.patch.object(start_up, "upgrade", return_value="alembic upgrade head")
        return found

    return met


def check(host, **options):
    return rollback.check(host, GOOD, RollbackOptions(**options))


def test_everything_but_the_database_is_stopped_and_all_that_is_built_goes_back(host):
    report = check(host())
    assert report.stopping == ["api", "web", "worker"]
    assert [i.service for i in report.images] == ["api", "web", "worker"]
    assert (report.migration, report.safety) == (None, None)
    assert report.facts == ["the database is at two, where the target needs it"]


def test_what_was_changed_by_hand_is_a_warning_for_each_service_concerned(host):
    drifted = Drifted([Drift("api", "environment", ["A", "B"]), Drift("api", "ports"), Drift("db", "command")])
    report = check(host(state(*SERVICES), state(*SERVICES), drifted=drifted))
    where = f"differs from docker-compose.yml at {HEAD[:12]}:"
    assert report.warnings == [
        f"api: {where} environment A, B; ports; these become as the commit says",
        f"db: {where} command; these become as the commit says",
    ]
    assert report.drift == drifted.drift
    assert {one.service for one in check(host(drifted=drifted), service="api").drift} == {"api"}


def test_what_cannot_be_compared_is_said(host):
    assert "cannot be compared" in check(host(drifted=Drifted(problem="boom"))).warnings[0]


def test_a_schema_that_has_to_go_back_is_told_asked_for_and_kept(host):
    report = check(host(change=DOWN))
    assert (report.facts, report.questions) == (["lost"], ["Go on?"])
    assert report.migration.change is DOWN and report.migration.rehearse
    assert report.safety.clone == f"d__snap_{report.run}"


def test_without_a_snapshot_or_a_rehearsal_neither_is_planned(host):
    report = check(host(change=DOWN), snapshot=False, rehearse=False)
    assert report.safety is None
    assert not report.migration.rehearse


def test_a_rehearsal_that_was_kept_and_holds_will_do(host):
    kept = Kept(at=7.0, rests=dict.fromkeys(PARTS, "a"), now=dict.fromkeys(PARTS, "a"))
    assert check(host(change=DOWN, kept=kept)).migration.rehearsed == 7.0
    assert check(host(change=DOWN, kept=kept), rehearse=True).migration.rehearsed == 0.0


def test_a_schema_that_is_left_alone_is_said_with_what_the_targets_start_up_will_do_to_it(host):
    report = check(host(), database=False)
    assert report.facts == ["the schema stays at two (--no-database)"]
    assert "it will not find two there, and fail" in report.warnings[0]


def test_no_alembic_is_said(host):
    assert check(host(change=None)).facts == [f"no alembic in {HOSTS_FILE}: the schema is left as it is"]


def test_a_rollback_to_where_the_checkout_is_asks_whether_that_is_meant(host):
    report = check(host(state(*SERVICES, head=GOOD)))
    assert [question for question in report.questions if "already" in question] == report.questions[:1] != []
    assert check(host()).questions == []


def test_one_service_takes_along_what_is_built_like_it(host):
    report = check(host(), service="backend")
    assert report.services == report.stopping == ["api", "worker"]
    assert [i.service for i in report.images] == ["api", "worker"]
    assert "only api, worker start anew" in report.facts
    assert report.records == []


@pytest.mark.parametrize(("name", "why"), [("db", "its image is not built here"), ("apo", "did you mean 'api'")])
def test_a_service_that_no_commit_changes_is_refused(host, name, why):
    with pytest.raises(Refused, match=why):
        check(host(), service=name)


def test_a_disk_that_is_too_small_is_refused_on_whichever_host_it_is(host):
    with pytest.raises(Refused, match="too little disk: / has 1.0 MB free, .* are needed"):
        check(host(state(), state(free={"/": 10**6})))


def test_local_changes_are_refused_unless_they_are_put_aside(host):
    changed = state(*SERVICES, modified=["a.py"])
    with pytest.raises(Refused, match="--stash"):
        check(host(changed))
    assert "local changes are put aside (a.py)" in check(host(changed), stash=True).facts[0]


def test_values_that_were_changed_on_the_host_are_no_local_changes_and_are_told_of(host):
    assert ".env stays as it was changed on the host" in check(host(state(*SERVICES, kept=[".env"]))).facts


def test_a_name_that_means_nothing_there_says_what_there_is(host):
    with pytest.raises(Refused) as refused:
        check(host(commit=None))
    assert "is not a commit of app on h; the latest there: " in commands.render(refused.value.message)


def test_the_services_of_all_hosts_are_stopped(host):
    assert check(host(state(container("api")), state(container("worker")))).stopping == ["api", "worker"]


def test_a_second_tree_of_migrations_that_the_commits_differ_in_is_named(host):
    warnings = check(host(trees=["alembic/versions", "billing/alembic/versions"])).warnings
    assert [warning for warning in warnings if "another tree" in warning] == [
        f"billing/alembic/versions differs between the commits: another tree of migrations than {HOSTS_FILE} names "
        "(database.alembic.config). Its schema stays as it is: take it back by hand, before the code"
    ]
