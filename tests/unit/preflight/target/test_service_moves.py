"""What a rollback stops and starts: what ran runs again, and what nobody can start again is not stopped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from msgspec import structs

from tasks.console.errors import Refused
from tasks.engine.before import ReleaseBefore
from tasks.preflight.target import service_moves
from tasks.preflight.target.image_candidates import Asked
from tasks.preflight.target.service_moves import Moves
from tasks.tools.compose.images import Target
from tasks.tools.compose.inspect import Container
from tasks.tools.compose.project import Project
from tasks.tools.compose.written import Written
from tests.unit.support.deployment import SETTINGS, container, environment, state
from tests.unit.support.reports import COMMIT, FILES

MORE = {"cache": {"image": "redis"}, "migrate": {"image": "m", "restart": "no"}, "proxy": {"image": "nginx"}}
WANTED = Target(structs.replace(FILES, services={**FILES.services, **MORE}), present=dict.fromkeys(MORE, Written()))
ENDED = container("migrate", status="exited", restart="no")


def moved(
    *containers: Container,
    wanted: Target = WANTED,
    back: tuple[str, ...] = (),
    images: tuple[str, ...] = (),
    hosts: Sequence[Any] = (),
    **said: Any,
) -> Moves:
    seen = state(*containers)
    before = ReleaseBefore(running=list(back)) if back else None
    known = environment(compose={**SETTINGS["compose"], **said})
    return service_moves.choose(known, [seen], Asked(seen, COMMIT, wanted, before=before, hosts=hosts), [], images)


def test_infrastructure_stays_up_and_is_said_to():
    moves = moved(container("api"), container("cache"), container("db"))
    assert (moves.stopping, "cache" in moves.starting) == (["api"], True)
    assert "cache stays up: no commit changes it" in moves.facts


RECONFIGURED = {"written": {"cache": Written(mounts=["./conf"])}, "changed": ["conf/redis.conf"]}
SHARING = {"written": {"cache": Written(mounts=["./src"]), "api": Written(mounts=["./src"])}}


@pytest.mark.parametrize(
    ("found", "changes"),
    [({"stop": ["cache"]}, {}), ({"images": ["cache"]}, {}), ({}, RECONFIGURED), ({}, SHARING)],
    ids=["asked for", "another image", "another configuration", "the same code"],
)
def test_infrastructure_that_changes_or_is_named_is_stopped(found, changes):
    wanted = structs.replace(WANTED, **changes)
    assert moved(container("api"), container("cache"), wanted=wanted, **found).stopping == ["api", "cache"]


def test_a_mounted_file_that_stays_the_same_stops_nothing():
    wanted = structs.replace(WANTED, written={"cache": Written(mounts=["./conf"])}, changed=["config.py"])
    assert moved(container("api"), container("cache"), wanted=wanted).stopping == ["api"]


def test_a_job_that_has_ended_is_not_run_again():
    moves = moved(container("api"), ENDED)
    assert "migrate" not in moves.stopping + moves.starting
    assert "migrate has ended and is not run again" in moves.facts


def test_a_job_that_failed_is_not_run_again_either():
    assert "migrate" not in moved(container("api"), container("migrate", status="exited", exit_code=1)).starting


def test_what_a_run_stopped_is_started_by_its_way_back_however_it_ended():
    stopped = container("cache", status="exited", restart="no")
    assert "cache" not in moved(container("api"), stopped).starting
    assert "cache" in moved(container("api"), stopped, back=("api", "cache")).starting


def test_a_service_of_a_role_is_started_however_it_is():
    assert "api" in moved(container("api", status="exited", restart="no"), container("worker")).starting


def test_what_never_ran_is_not_started_unless_nothing_runs_or_the_commit_brings_it():
    moves = moved(container("api"))
    assert ("proxy" in moves.starting, "worker" in moves.starting) == (False, True)
    assert "proxy has no container and gets none" in moves.facts
    assert "worker has no container and is started" in moves.facts
    assert "proxy" in moved(container("db")).starting


def test_of_what_other_hosts_have_nothing_is_said_on_those_that_do_not(mocker):
    alone = mocker.Mock(environment=structs.replace(environment(), elsewhere=["db", "proxy"]))
    moves = moved(container("api"), hosts=[alone])
    assert not [fact for fact in moves.facts if fact.startswith(("db ", "proxy "))]


@pytest.mark.parametrize(
    "beat", [{}, {"image": "image-api"}, {"image_name": "app_api:2"}], ids=["built", "one image", "one name"]
)
def test_what_the_commit_cannot_start_again_goes_on_unless_it_runs_our_code(beat):
    present = {**WANTED.present, "beat": Written(built=not beat), "other": Written()}
    wanted = structs.replace(WANTED, present=present)
    moves = moved(container("api"), container("beat", **beat), container("other"), wanted=wanted)
    assert moves.stopping == ["api", "beat"]
    assert moves.warnings == [f"beat stays down: {COMMIT.title} does not start it"]
    assert (moves.going_on, "other" in moves.proven) == (["other"], True)
    assert f"other goes on: {COMMIT.title} does not describe it" in moves.facts


@pytest.mark.parametrize(("then", "count"), [("", 2), ("4", None)])
def test_as_many_run_as_ran_unless_the_commit_changes_that(then, count):
    wanted = Target(Project(services={"worker": {}}), written={"worker": Written(replicas=then)})
    one, two = container("worker"), container("worker", name="c_worker_2")
    assert moved(one, two, wanted=wanted).replicas.get("worker") == count


def test_how_many_nodes_a_swarm_has_when_it_is_proven_is_not_known_before():
    one, two = container("worker"), container("worker", name="worker.b")
    wanted = Target(Project(services={"worker": {"deploy": {"mode": "global"}}}), written={"worker": Written()})
    assert "worker" not in moved(one, two, wanted=wanted).replicas


def test_some_services_alone_are_stopped_and_started():
    seen = state(container("api"), ENDED, container("worker"))
    moves = service_moves.choose(environment(), [seen], Asked(seen, COMMIT, WANTED), ["api", "migrate"], [])
    assert (moves.stopping, moves.proven, moves.replicas) == (["api"], ["api"], {"api": 1})


def test_a_job_that_has_ended_is_not_rolled_back_alone_since_compose_would_start_everything_instead():
    seen = state(container("api"), ENDED)
    with pytest.raises(Refused, match="^migrate: it has ended, or is a job: a rollback does not run it again"):
        service_moves.choose(environment(), [seen], Asked(seen, COMMIT, WANTED), ["migrate"], [])


def test_while_the_schema_alone_changes_only_what_runs_our_code_is_stopped():
    seen = state(container("api"), container("cache"), container("worker", status="exited"), container("db"))
    assert service_moves.around_schema(environment(), seen, WANTED) == ["api"]
