"""A backend beside the database, another backend, and the frontend on a host of its own: each has what is its own."""

from __future__ import annotations

import json
import re
import shlex
import signal
import subprocess
from pathlib import Path

import pytest

from sandbox.host import Host
from sandbox.variant import Variant
from tests.conftest import NAME
from tests.faults.deployment import RUNS
from tests.faults.running import LIMIT, Running
from tests.operator import Operator, settings_for

pytestmark = [pytest.mark.sandbox, pytest.mark.long]
HERE = Path(__file__).parent
ROLES = (["frontend"], ["backend"], ["backend", "database"])  # the database's host is not the first one
# Hands on what comes to its port 5432; other hosts reach the database, or it is called as the files call it.
FORWARD = "docker run -d --name forward --restart always --network jctc-app_default {} -v /opt:/opt:ro"
# Out of a load balancer, and in again: slow while a file is there that says so, and failing once.
TURN = {
    "title": "balancer",
    "on": "touch out; while [ -e slow ]; do sleep 0.1; done",
    "off": "[ ! -e stuck ] || { rm stuck; exit 1; }; rm out",
}
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
    _reach(back, data)


def _reach(back: Host, data: Host) -> None:
    """Have a backend on a host as it was deployed, with all services, take the database of another one."""
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
    operator.settings["hooks"] = {"turn": [TURN]}
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


def heads(hosts: list[Host]) -> list[str]:
    return [host.exec("git -C jctc-app rev-parse HEAD") for host in hosts]


def out(hosts: list[Host]) -> list[str]:
    """What lies on the hosts that are out of the load balancer."""
    return [host.exec("ls out 2>/dev/null || :") for host in hosts]


def wait_until(host: Host, there: str) -> None:
    host.exec(f"timeout 120 sh -c {shlex.quote(f'until {there}; do sleep 0.1; done')}", timeout=130)


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
    ran = done(fleet.fab("full-rollback", "--commit", fleet.good, "--yes", timeout=LIMIT))
    assert heads(hosts) == [fleet.good] * 3 and fleet.revision() != revision
    all_stopped_and_started_in_turn(hosts)
    assert [runs(host) for host in hosts] == [{"web"}, {"app"}, {"app", "db", "web"}], ran.text
    assert (id_of(data, "jctc_db"), id_of(data, "jctc_web")) == (before, aside)
    assert front.exec("docker images -q jctc-app-app:" + fleet.good) == ""
    for host, services in ((front, "web"), (back, "app"), (data, "app")):
        assert re.search(rf"Start {services} from .* on \S+:{host.port}\b", ran.text), ran.text
    assert f"by their roles: web on ubuntu@127.0.0.1:{front.port}; app on " in ran.text, ran.text
    assert "MIXED" not in done(fleet.fab("status")).out
    done(fleet.fab("verify"))
    done(fleet.fab("undo", "--yes", timeout=LIMIT))
    assert heads(hosts) == [fleet.bad] * 3 and fleet.revision() == revision
    assert [runs(host) for host in hosts] == [{"web"}, {"app"}, {"app", "db", "web"}]
    assert (id_of(data, "jctc_db"), id_of(data, "jctc_web")) == (before, aside)


def test_a_first_host_that_fails_is_taken_back_though_that_of_the_database_had_no_turn(fleet, hosts):
    rollback = ("code-rollback", "--commit", fleet.good, "--no-database", "--yes")
    hosts[0].exec("touch stuck")
    ran = fleet.fab(*rollback, timeout=LIMIT)
    assert ran.code == 1 and "or take it back: fab undo" in ran.text, ran.text
    assert heads(hosts) == [fleet.good, fleet.bad, fleet.bad]
    assert out(hosts) == ["out", "", ""]
    assert "MIXED: " in fleet.fab("status").out
    done(fleet.fab("undo", "--yes", timeout=LIMIT))
    hosts[0].exec("touch stuck")
    ran = fleet.fab(*rollback, "--on-failure", "undo", timeout=LIMIT)
    assert ran.code == 1 and "It was taken back (--on-failure undo)" in ran.text, ran.text
    assert heads(hosts) == [fleet.bad] * 3 and out(hosts) == [""] * 3


def test_a_restore_stops_every_backend_and_leaves_the_frontend_alone(fleet, hosts):
    front, back, data = hosts
    web, app, rows = id_of(front, "jctc_web"), id_of(back, "jctc_app"), fleet.rows()
    done(fleet.fab("emergency-restore", "--file", "latest", "--no-health", "--yes", timeout=LIMIT))
    assert fleet.rows() != rows
    assert id_of(front, "jctc_web") == web and id_of(back, "jctc_app") != app
    assert journal(back)["end", "stop"] < journal(data)["begin", "restore"]
    done(fleet.fab("undo", "--yes", timeout=LIMIT))
    assert fleet.rows() == rows and id_of(front, "jctc_web") == web
    assert [runs(host) for host in hosts] == [{"web"}, {"app"}, {"app", "db", "web"}]


def test_what_the_turn_of_a_host_opened_is_closed_after_its_operator_died(fleet, hosts):
    back, revision = hosts[1], fleet.revision()
    back.exec("touch slow")
    running = Running(fleet.command("migration-rollback", "--yes"), fleet.environ())
    wait_until(back, "[ -e out ]")
    running.send(signal.SIGKILL)
    running.end()
    back.exec("rm slow")
    assert out(hosts) == ["", "out", ""] and fleet.revision() != revision
    done(fleet.fab("resume", "--yes", timeout=LIMIT))
    assert out(hosts) == [""] * 3
    assert [runs(host) for host in hosts] == [{"web"}, {"app"}, {"app", "db", "web"}]
    done(fleet.fab("undo", "--yes", timeout=LIMIT))
    assert fleet.revision() == revision


def test_a_host_that_dies_between_stop_and_start_is_left_out_and_brought_into_line(fleet, hosts):
    back, gone = hosts[1], f"ubuntu@127.0.0.1:{hosts[1].port}"
    back.exec("touch slow")
    rollback = fleet.command("full-rollback", "--commit", fleet.good, "--yes")
    running = Running(rollback, fleet.environ(ROLLBACK_RECONNECT="3"))
    wait_until(back, "[ -e out ]")
    subprocess.run(["docker", "kill", back.container], check=True, capture_output=True)
    ran = running.end()
    assert ran.code == 1 and f"or without it: fab resume --skip-host {gone}" in ran.text, ran.text
    ran = fleet.fab("status")
    assert "MIXED: " in ran.out and gone in ran.out.splitlines()[-1], ran.text
    ran = fleet.fab("resume", "--yes")
    assert ran.code != 0 and gone in ran.text, ran.text
    done(fleet.fab("resume", "--skip-host", gone, "--yes", timeout=LIMIT))
    assert f"out of step {gone}" in fleet.fab("status").out
    subprocess.run(["docker", "start", back.container], check=True, capture_output=True)
    wait_until(back, "docker inspect jctc_app >/dev/null 2>&1")  # what its engine has is what was deployed, again
    _reach(back, hosts[2])
    back.exec("rm slow")
    done(fleet.fab("converge", "--yes", timeout=LIMIT))
    assert heads(hosts) == [fleet.good] * 3 and out(hosts) == [""] * 3
    done(fleet.fab("verify"))
    ran = fleet.fab("status")
    assert "out of step" not in ran.out and "MIXED" not in ran.out, ran.text
    done(fleet.fab("undo", "--yes", timeout=LIMIT))
    assert heads(hosts) == [fleet.bad] * 3 and [runs(host) for host in hosts] == [
        {"web"},
        {"app"},
        {"app", "db", "web"},
    ]


def test_a_drill_goes_there_and_back_on_all_hosts_and_beside_on_that_of_the_database(fleet, hosts):
    _, _, data = hosts
    done(fleet.fab("full-rollback", "--commit", fleet.good, "--yes", timeout=LIMIT))
    before = id_of(data, "jctc_db"), id_of(data, "jctc_web"), fleet.revision()
    done(fleet.fab("backups.create", "--yes"))
    found = done(fleet.fab("drill", "--interrupt", "test", "--yes", "--json", timeout=LIMIT)).json()
    assert {part["state"] for part in found["parts"]} == {"proven"}
    assert heads(hosts) == [fleet.good] * 3
    assert (id_of(data, "jctc_db"), id_of(data, "jctc_web"), fleet.revision()) == before
    found = done(fleet.fab("drill", "--beside", "--json", timeout=LIMIT)).json()
    assert {part["state"] for part in found["parts"]} == {"proven"}
