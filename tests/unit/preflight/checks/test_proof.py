"""Proof: every part of an expectation is looked at, and what cannot be read is wrong."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from msgspec import structs

from tasks.engine.plan import Expectation
from tasks.preflight.checks import proof
from tasks.preflight.present.state import Response
from tests.unit.support.deployment import HEAD, container, environment, state


def wrong(expect: Expectation, seen=None, ids=None, primary: bool = True) -> list[str]:
    checks = proof.check(expect, seen or state(), ids or {}, primary)
    assert checks, "nothing was looked at"
    return [check.name for check in checks if not check.ok]


@pytest.mark.parametrize(
    ("expect", "seen", "found"),
    [
        (Expectation(commit=HEAD), {}, []),
        (Expectation(commit=HEAD), {"head": ""}, ["commit"]),
        (Expectation(commit=HEAD), {"head": HEAD[:7]}, ["commit"]),
        (Expectation(revision=["two"]), {}, []),
        (Expectation(revision=["one"]), {}, ["revision"]),
        (Expectation(revision=[]), {"revision": None}, ["revision"]),
        (Expectation(revision=[]), {"revision": []}, []),
        (Expectation(revision=["b", "a"]), {"revision": ["a", "b"]}, []),
        (Expectation(healthy=True), {}, []),
        (Expectation(healthy=True), {"responses": [Response("u", 200), Response("v", 0)]}, ["health"]),
        (Expectation(healthy=True), {"responses": [Response("u", 302)]}, ["health"]),
    ],
)
def test_what_was_promised_is_compared_with_what_was_read(expect, seen, found):
    assert wrong(expect, state(**seen)) == found


@pytest.mark.parametrize(
    ("containers", "found"),
    [
        ([container("api")], []),
        ([], ["running"]),
        ([container("db")], ["running"]),
        ([container("api"), container("api", status="exited")], ["running"]),
        ([container("api", status="restarting")], ["running"]),
        ([container("api", health="unhealthy")], ["running"]),
    ],
)
def test_a_service_runs_only_when_all_its_containers_do(containers, found):
    assert wrong(Expectation(services=["api"]), state(*containers) if containers else state(container("x"))) == found


@pytest.mark.parametrize(("ids", "found"), [({"api": "image-api"}, []), ({"api": "other"}, ["image"]), ({}, ["image"])])
def test_a_container_runs_the_planned_image_by_its_id(ids, found):
    assert wrong(Expectation(images={"api": "app:good"}), ids=ids) == found


def test_an_image_without_a_container_is_wrong():
    assert wrong(Expectation(images={"web": "web:good"}), ids={"web": "x"}) == ["image"]


def test_what_was_to_be_stopped_does_not_run():
    assert wrong(Expectation(stopped=["api"])) == ["stopped"]
    assert wrong(Expectation(stopped=["api"]), state(container("api", status="exited"))) == []


def test_the_database_is_looked_at_on_the_primary_only():
    assert proof.check(Expectation(revision=["one"]), state(), {}, primary=False) == []


def host(answer=None, out=""):
    found = SimpleNamespace(environment=environment(), ask=lambda *_: answer, asked=[])
    found.sh = lambda script, **options: found.asked.append((script, options)) or SimpleNamespace(stdout=out)
    found.fleet = (found,)
    return found


def test_what_has_to_be_healthy_is_waited_for_as_long_as_hosts_yaml_says():
    one = host(out="not-ready restarting api c_api\n")
    [found] = proof.wait(one, Expectation(services=["api"], healthy=True))
    assert found.how == "restarting"
    [(script, options)] = one.asked
    assert "http://127.0.0.1:8000/health" in script
    assert options["timeout"] > one.environment.health.timeout


def test_health_is_not_waited_for_where_it_is_not_expected_and_nothing_where_nothing_is():
    one = host()
    proof.wait(one, Expectation(services=["api"]))
    assert "127.0.0.1:8000" not in one.asked[0][0]
    assert proof.wait(host(), Expectation(commit=HEAD)) == []


def test_state_and_images_are_read_again_in_one_round_trip():
    found, _left = proof.look(
        host((state(), {"api": "image-api"})), Expectation(commit=HEAD, images={"api": "app:good"})
    )
    assert [(check.name, check.ok) for check in found] == [("commit", True), ("image", True)]


def said(expect: Expectation, seen) -> list[str]:
    """What was left out of a proof, as the last line of a run has it."""
    return [check.line for check in proof.left_out(expect, seen)]


def test_what_is_not_well_and_was_not_required_is_said():
    loop = container("web", status="restarting", restarts=3)
    seen = state(
        container("api"), loop, container("job", status="exited", restart="no"), responses=[Response("u", 500)]
    )
    wanted = Expectation(services=["api"], commit=HEAD)
    assert said(wanted, seen) == ["u: 500", "c_web: restarting, started again 3 times"]
    assert said(structs.replace(wanted, ill_before=True), seen)[0] == "u: 500; not healthy before either"
    assert not any(check.ok for check in proof.left_out(wanted, seen))
    assert proof.left_out(Expectation(services=["api", "web"], healthy=True), seen) == []
    assert said(wanted, state(container("api"), container("web", status="exited"))) == ["c_web: exited"]
    assert proof.left_out(wanted, state()) == []
    assert said(Expectation(services=["api"]), seen) == ["u: 500"]


@pytest.mark.parametrize("expect", [Expectation(stopped=["api"]), Expectation(commit=HEAD)])
def test_where_nothing_was_said_of_the_application_nothing_is_left_out(expect):
    assert proof.left_out(expect, state(responses=[Response("u", 500)])) == []


def test_of_a_host_only_what_it_runs_is_expected():
    expect = Expectation(images={"api": "a", "web": "w"}, services=["api", "web"], stopped=["web"], healthy=True)
    host = SimpleNamespace(environment=structs.replace(environment(), elsewhere=["web"]))
    assert proof.here(host, expect) == Expectation(images={"api": "a"}, services=["api"], healthy=True)
    assert proof.here(SimpleNamespace(environment=environment()), expect) is expect
