"""A backend beside the database, another backend, and the frontend on a host of its own: each has what is its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sandbox.host import Host
from sandbox.variant import Variant
from tests.conftest import NAME
from tests.faults.deployment import RUNS
from tests.operator import Operator, settings_for

pytestmark = [pytest.mark.sandbox, pytest.mark.long]
HERE = Path(__file__).parent
ROLES = (["frontend"], ["backend"], ["backend", "database"])  # the database's host is not the first one
# Hands on what comes to its port 5432; other hosts reach the database, or it is called as the files call it.
FORWARD = "docker run -d --name forward --restart always --network jctc-app_default {} -v /opt:/opt:ro"
RUN = "jctc/python-base:3.11 python3 -u /opt/forward.py 5432 {} 5432"


@pytest.fixture(scope="module")
def hosts():
    """Three hosts of which one has the database; the container of the frontend beside it is nobody's."""
    made = [Host.up(f"{NAME}-roles{n}"[:40], Variant()) for n in range(1, len(ROLES) + 1)]
    _take_apart(*made)
    yield made
    for host in made:
        host.down()


def _take_apart(front: Host, back: Host, data: Host) -> None:
    for host in (back, data):
        host.exec("cat >/opt/forward.py", user="root", stdin=(HERE / "forward.py").read_text())
    data.exec(f"{FORWARD.format('-p 5432:5432')} {RUN.format('db')}")
    front.exec("docker rm -fv jctc_app jctc_db")
    back.exec("docker rm -fv jctc_web jctc_db")
    address = data.exec("hostname -i").split()[0]
    back.exec(f"{FORWARD.format('--network-alias db')} {RUN.format(address)} && docker restart -t 1 jctc_app")


@pytest.fixture
def fleet(hosts, tmp_path):
    """The operator of all three."""
    operator = Operator(hosts[-1], tmp_path)
    items = [{**settings_for(host)["hosts"][0], "roles": roles} for host, roles in zip(hosts, ROLES, strict=True)]
    backend, frontend = "http://127.0.0.1:8000/health", "http://127.0.0.1:8080/"
    urls = [{"url": backend, "role": "backend"}, {"url": frontend, "role": "frontend"}]
    operator.settings |= {"hosts": items, "rolling": 1, "health": {"urls": urls, "timeout": 20}}
    operator.write()
    return operator


def runs(host: Host) -> set[str]:
    """The services that run on a host, those that are no business of the deployment apart."""
    return set(host.exec("docker ps --format '{{.Label \"com.docker.compose.service\"}}'").split())


def id_of(host: Host, container: str) -> str:
    return host.exec(f"docker inspect -f '{{{{.Id}}}} {{{{.State.StartedAt}}}}' {container}")


def done(ran):
    assert ran.code == 0, ran.text
    return ran


def heads(hosts: list[Host]) -> set[str]:
    return {host.exec("git -C jctc-app rev-parse HEAD") for host in hosts}


def journal(host: Host) -> dict[tuple[str, str], float]:
    """When each step of the last run began and ended on a host, by its name; all hosts here have one clock."""
    entries = map(json.loads, host.exec(f"cat {RUNS}/$(ls -1t {RUNS} | head -n 1)/journal").splitlines())
    return {(one["event"], one["step"].partition("-")[2]): one["at"] for one in entries if "step" in one}


def all_stopped_and_started_in_turn(hosts: list[Host]) -> None:
    """See that nothing ran while the schema moved, and that hosts started one after the other."""
    front, back, data = map(journal, hosts)
    moved = data["begin", "downgrade"], data["end", "downgrade"]
    assert max(one["end", "stop"] for one in (front, back, data)) < moved[0]
    assert moved[1] < front["begin", "checkout"]
    assert front["end", "start"] < back["begin", "checkout"] and back["end", "start"] < data["begin", "checkout"]
    assert ("begin", "downgrade") not in front.keys() | back.keys()


def test_a_full_rollback_with_its_schema_and_its_undo_touch_on_each_host_what_is_its_own(fleet, hosts):
    front, back, data = hosts
    before, aside, revision = id_of(data, "jctc_db"), id_of(data, "jctc_web"), fleet.revision()
    ran = done(fleet.fab("full-rollback", "--commit", fleet.good, "--yes", timeout=600))
    assert heads(hosts) == {fleet.good} and fleet.revision() != revision
    all_stopped_and_started_in_turn(hosts)
    assert [runs(host) for host in hosts] == [{"web"}, {"app"}, {"app", "db", "web"}], ran.text
    assert (id_of(data, "jctc_db"), id_of(data, "jctc_web")) == (before, aside)
    assert front.exec("docker images -q jctc-app-app:" + fleet.good) == ""
    assert "MIXED" not in done(fleet.fab("status")).out
    done(fleet.fab("verify"))
    done(fleet.fab("undo", "--yes", timeout=600))
    assert heads(hosts) == {fleet.bad} and fleet.revision() == revision
    assert [runs(host) for host in hosts] == [{"web"}, {"app"}, {"app", "db", "web"}]
    assert (id_of(data, "jctc_db"), id_of(data, "jctc_web")) == (before, aside)
