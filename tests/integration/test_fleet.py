"""Four hosts behind a load balancer: no request is lost, whatever becomes of the operator's client or of a host."""

from __future__ import annotations

import contextlib
import json
import shlex
import signal
import subprocess
from pathlib import Path

import pytest

from sandbox.host import Host
from sandbox.variant import Variant
from tests.conftest import NAME
from tests.faults.deployment import RUNS
from tests.faults.running import Running
from tests.operator import Operator, settings_for

pytestmark = pytest.mark.sandbox
HERE = Path(__file__).parent
COUNT = 4
# The application listens on 127.0.0.1 of its host alone: others come by port 8001.
OPEN = (
    "echo 1 >/proc/sys/net/ipv4/conf/all/route_localnet && "
    "iptables -t nat -A PREROUTING -p tcp --dport 8001 -j DNAT --to-destination 127.0.0.1:8000"
)
INSTALL = (
    "apt-get -o Acquire::Check-Valid-Until=false update -qq && "
    "DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends haproxy python3"
)


@pytest.fixture(scope="module")
def hosts():
    """Four hosts without a database; the last one has the load balancer as well."""
    made = [Host.up(f"{NAME}-fleet{n}"[:40], Variant(database=False)) for n in range(1, COUNT + 1)]
    _balance(made)
    yield made
    for host in made:
        host.down()


def _balance(made: list[Host]) -> None:
    last = made[-1]
    for host in made:
        host.exec(OPEN, user="root")
    where = {h.port: "127.0.0.1:8000" if h is last else f"{h.exec('hostname -i').split()[0]}:8001" for h in made}
    servers = [f"  server s{port} {place} check inter 200ms fall 2 rise 2\n" for port, place in where.items()]
    last.exec(INSTALL, user="root", timeout=300)
    for name, text in {
        "/etc/haproxy/haproxy.cfg": (HERE / "haproxy.cfg").read_text() + "".join(servers),
        "/usr/local/bin/balancer": (HERE / "balancer").read_text(),
        "/usr/local/bin/hammer.py": (HERE / "hammer.py").read_text(),
    }.items():
        last.exec(f"cat >{name} && chmod 755 {name}", user="root", stdin=text)
    last.exec("haproxy -D -f /etc/haproxy/haproxy.cfg", user="root")


@pytest.fixture
def fleet(hosts, tmp_path):
    """The operator of all four, which take their turn one after the other, out of the load balancer."""
    operator, last = Operator(hosts[0], tmp_path), hosts[-1]
    ssh = f"ssh -q -i {last.key} -o UserKnownHostsFile={last.known_hosts} -p {last.port} ubuntu@127.0.0.1 balancer"
    pair = {"on": f"{ssh} drain s$ROLLBACK_PORT", "off": f"{ssh} ready s$ROLLBACK_PORT"}
    operator.settings |= {
        "hosts": [settings_for(host)["hosts"][0] for host in hosts],
        "hooks": {"turn": [{"title": "load balancer", "where": "local", **pair}]},
        "rolling": 1,
        "soak": 2,
    }
    operator.write()
    return operator


@contextlib.contextmanager
def hammered(host: Host):
    """Clients that ask the load balancer inside the block; the list has their answers by kind afterwards."""
    host.exec("rm -f /tmp/enough")
    found: list[dict[str, int]] = []
    words = ["python3", "/usr/local/bin/hammer.py", "http://127.0.0.1:9000/health", "/tmp/enough"]
    clients = subprocess.Popen(["docker", "exec", host.container, *words], stdout=subprocess.PIPE, text=True)
    try:
        yield found
    finally:
        host.exec("touch /tmp/enough")
        found.append(json.loads(clients.communicate(timeout=60)[0]))


def done(ran) -> None:
    assert ran.code == 0, ran.text


def heads(hosts: list[Host]) -> list[str]:
    return [host.exec("git -C jctc-app rev-parse HEAD") for host in hosts]


def _last(host: Host) -> str:
    return host.exec(f"ls -1t {RUNS} | head -n 1")


def _wait_for_the_turn(host: Host, known: str, event: str = "begin") -> None:
    """Wait until a run other than `known` has begun to stop the host, or has stopped it."""
    entry = f'"event":"{event}","step":"[0-9]*-stop"'
    there = f"r=$(ls -1t {RUNS} | head -n 1); [ \"$r\" != {known} ] && grep -q '{entry}' {RUNS}/$r/journal"
    host.exec(f"timeout 240 sh -c {shlex.quote(f'until {there}; do sleep 0.1; done')}", timeout=250)


def test_a_rollback_a_client_that_is_killed_its_resume_and_an_undo_lose_no_request(fleet, hosts):
    one, two = hosts[0].releases["v1"], hosts[0].releases["v2"]
    done(fleet.fab("code-rollback", "--commit", two, "--yes", timeout=600))
    known = _last(hosts[1])
    with hammered(hosts[-1]) as found:
        running = Running(fleet.command("code-rollback", "--commit", one, "--yes"), fleet.environ())
        _wait_for_the_turn(hosts[1], known)
        running.send(signal.SIGKILL)
        running.end()
        ran = fleet.fab("status")
        assert "MIXED: " in ran.out, ran.text
        done(fleet.fab("resume", "--yes", timeout=600))
        assert heads(hosts) == [one] * COUNT
        done(fleet.fab("undo", "--yes", timeout=600))
        assert heads(hosts) == [two] * COUNT
    assert found[0].keys() == {"200"} and found[0]["200"] > 500, found


@pytest.mark.long
def test_a_first_host_that_does_not_become_well_is_taken_back_unseen(fleet, hosts):
    two, three = hosts[0].releases["v2"], hosts[0].releases["v3"]
    with hammered(hosts[-1]) as found:
        ran = fleet.fab("code-rollback", "--commit", three, "--on-failure", "undo", "--yes", timeout=600)
        assert ran.code == 1 and "It was taken back (--on-failure undo)" in ran.text, ran.text
    assert heads(hosts) == [two] * COUNT
    assert found[0].keys() == {"200"}, found


@pytest.mark.long
def test_a_host_that_falls_ill_while_it_is_watched_ends_the_run_before_any_other_is_touched(fleet, hosts):
    one, two = hosts[0].releases["v1"], hosts[0].releases["v2"]
    ill = {"title": "illness", "on": "true", "off": "[ ! -e ill ] || docker stop -t 1 jctc_app"}  # once it serves again
    fleet.settings["hooks"]["turn"].insert(0, ill)
    del fleet.settings["rolling"]  # the first host, then all others
    fleet.write()
    untouched = [host.exec("docker ps -q --no-trunc") for host in hosts[1:]]
    for mended, way in (("true", "undo"), ("docker start jctc_app", "resume")):
        hosts[0].exec("touch ill")
        ran = fleet.fab("code-rollback", "--commit", one, "--yes", timeout=600)
        assert ran.code == 1 and "not proven" in ran.text, ran.text
        assert heads(hosts) == [one, *[two] * (COUNT - 1)]
        assert [host.exec("docker ps -q --no-trunc") for host in hosts[1:]] == untouched
        assert "MIXED: " in fleet.fab("status").out
        hosts[0].exec(f"rm ill; {mended}")
        done(fleet.fab(way, "--yes", timeout=600))
        assert heads(hosts) == [two if way == "undo" else one] * COUNT
        untouched = [host.exec("docker ps -q --no-trunc") for host in hosts[1:]]


@pytest.mark.long
def test_a_host_that_dies_in_its_turn_is_left_out_named_and_brought_into_line(fleet, hosts):
    two, third, known = hosts[0].releases["v2"], hosts[2], _last(hosts[2])
    gone, words = f"ubuntu@127.0.0.1:{third.port}", ("code-rollback", "--commit", two, "--yes")
    del fleet.settings["hooks"], fleet.settings["rolling"]
    fleet.write()
    running = Running(fleet.command(*words), fleet.environ(ROLLBACK_RECONNECT="3"))
    _wait_for_the_turn(third, known, "end")
    subprocess.run(["docker", "kill", third.container], check=True, capture_output=True)
    ran = running.end()
    assert ran.code == 1 and f"or without it: fab resume --skip-host {gone}" in ran.text, ran.text
    ran = fleet.fab(*words)
    assert ran.code == 2 and gone in ran.text, ran.text
    done(fleet.fab("resume", "--skip-host", gone, "--yes", timeout=600))
    assert f"out of step {gone}" in fleet.fab("status").out
    subprocess.run(["docker", "start", third.container], check=True, capture_output=True)
    third.exec("timeout 60 sh -c 'until docker ps >/dev/null 2>&1; do sleep 0.2; done'", timeout=70)
    done(fleet.fab("converge", "--yes", timeout=600))
    assert heads(hosts) == [two] * COUNT
    ran = fleet.fab("status")
    assert "out of step" not in ran.out and "MIXED" not in ran.out, ran.text
