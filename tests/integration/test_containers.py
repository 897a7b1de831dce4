"""The container steps, on real hosts: what the containers do afterwards, not what a command said."""

from __future__ import annotations

import pytest

from sandbox.host import Host

pytestmark = pytest.mark.sandbox
VARIANTS = [{}, {"compose": "v2", "bind_mount": True, "container_names": False}]
EXTRA = """
version: "3.8"
services:
  worker:
    build: .
    command: sleep infinity
    restart: unless-stopped
"""
FILE = "jctc-app/docker-compose.prod.yml"


def services(operator) -> dict[str, tuple[str, str]]:
    """Container id and moment of its last start, by service."""
    form = '{{index .Config.Labels "com.docker.compose.service"}} {{.Id}} {{.State.StartedAt}}'
    lines = operator.host.exec(f"docker ps -q | xargs -r docker inspect -f '{form}'").splitlines()
    return {name: (id_, started) for name, id_, started in (line.split() for line in lines)}


def changed(before: dict, after: dict, what: int) -> set[str]:
    """Services whose id (0) or start (1) is another one."""
    return {name for name in after if name not in before or before[name][what] != after[name][what]}


@pytest.fixture(params=[VARIANTS[0], pytest.param(VARIANTS[1], marks=pytest.mark.long)], ids=["v1", "v2"])
def host(request, deployed):
    """A host of either compose, whose backend shares its build with a worker of a second compose file."""
    operator = deployed(**request.param)
    operator.host.exec("cat > jctc-app/docker-compose.extra.yml", stdin=EXTRA)
    operator.settings["compose"]["file"] = ["docker-compose.prod.yml", "docker-compose.extra.yml"]
    operator.write()
    return operator


def test_containers_are_restarted_rebuilt_stopped_and_started_as_asked(host):
    rows, first = host.rows(), services(host)
    ran = host.fab("containers.start", "--service", "worker", "--yes")
    assert (ran.code, "worker: no image is built" in ran.err) == (2, True), ran.text
    ran = host.fab("containers.build", "--yes")
    assert ran.code == 0, ran.text
    assert services(host) == first
    ran = host.fab("containers.start", "--service", "worker", "--yes")
    assert ran.code == 0, ran.text
    started = services(host)
    assert changed(first, started, 1) == {"worker"}

    name = next(k["name"] for k in host.fab("containers.status", "--json").json() if k["service"] == "app")
    ran = host.fab("containers.restart", "--service", name, "--yes")
    assert ran.code == 0, ran.text
    assert "--recreate" in ran.out
    restarted = services(host)
    assert (changed(started, restarted, 0), changed(started, restarted, 1)) == (set(), {"app"})

    ran = host.fab("containers.rebuild", "--service", "backend", "--yes")
    assert ran.code == 0, ran.text
    rebuilt = services(host)
    assert changed(restarted, rebuilt, 0) == {"app", "worker"}
    assert changed(restarted, rebuilt, 1) == {"app", "worker"}

    ran = host.fab("containers.stop", "--yes")
    assert ran.code == 0, ran.text
    assert services(host) == {}
    assert "nothing runs already" in host.fab("containers.stop", "--yes").out
    ran = host.fab("containers.start", "--yes")
    assert ran.code == 0, ran.text
    assert changed(rebuilt, services(host), 0) == set()

    ran = host.fab("containers.rebuild", "--yes")
    assert ran.code == 0, ran.text
    assert changed(rebuilt, services(host), 0) == {"app", "db", "web", "worker"}
    assert host.rows() == rows


@pytest.mark.long
def test_a_loop_is_a_failure_with_its_last_words_and_settings_need_recreate(host):
    host.host.exec(f"cp {FILE} /tmp/good.yml")
    host.host.exec(
        f"printf '    command: sh -c \"echo out of cheese; exit 3\"\\n' > /tmp/c; sed -i '/8080:8080/r /tmp/c' {FILE}"
    )
    before = services(host)
    ran = host.fab("containers.restart", "--service", "frontend", "--yes")
    assert ran.code == 0, ran.text
    assert changed(before, services(host), 0) == set()

    ran = host.fab("containers.restart", "--service", "frontend", "--recreate", "--yes")
    assert ran.code == 1, ran.text
    assert "keeps restarting" in ran.text
    assert "out of cheese" in ran.text

    host.host.exec(f"cp /tmp/good.yml {FILE}")
    ran = host.fab("containers.restart", "--service", "web", "--recreate", "--yes")
    assert ran.code == 0, ran.text


def test_what_cannot_be_meant_is_refused_and_the_nearest_offered(operator):
    before = operator.world()
    for word, offer in {"bakend": "backend", "jctc_ap": "jctc_app", "wb": "web"}.items():
        ran = operator.fab("containers.rebuild", "--service", word, "--yes")
        assert (ran.code, len(ran.err.strip().splitlines())) == (2, 1), ran.text
        assert f"did you mean '{offer}'" in ran.err
    ran = operator.fab("containers.build", "--service", "database", "--yes")
    assert (ran.code, len(ran.err.strip().splitlines())) == (2, 1), ran.text
    assert "nothing is built here" in ran.err
    assert operator.world() == before


@pytest.fixture
def second(operator):
    """Another host of the same environment, as fresh as the first."""
    host = Host.up(f"{operator.host.name}-2", operator.host.variant)
    operator.settings["hosts"].append({**operator.settings["hosts"][0], "port": host.port})
    operator.write()
    yield host
    host.down()


@pytest.mark.long
def test_every_host_of_the_environment_is_covered(fresh, second):
    both = "docker inspect -f '{{.State.StartedAt}}' jctc_web"
    before = [host.exec(both) for host in (fresh.host, second)]
    ran = fresh.fab("containers.restart", "--service", "frontend", "--yes")
    assert ran.code == 0, ran.text
    after = [host.exec(both) for host in (fresh.host, second)]
    assert all(new != old for new, old in zip(after, before, strict=True))
    assert len(fresh.fab("containers.status", "--json").json()) == 6

    second.exec("docker stop -t 1 jctc_web")
    address = f"ubuntu@127.0.0.1:{second.port}"
    assert (
        "jctc_web exited"
        in {o["host"]: o for o in fresh.fab("status", "--json").json()}[address]["lines"]["containers"]
    )
    wrong = [c for c in fresh.fab("verify", "--json").json()["hosts"][address] if not c["ok"]]
    assert "jctc_web exited" in [c["found"] for c in wrong]
    assert fresh.fab("diagnose", "--json").json()["command"] == "fab container-restart --service web"
    ran = fresh.fab("containers.start", "--yes")
    assert ran.code == 0, ran.text
    assert second.exec("curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:8080/") == "200"


def test_pruning_removes_older_kept_images_but_never_one_that_runs_or_of_another_project(fresh):
    image = "$(docker inspect -f '{{.Image}}' jctc_web)"
    app, web = map(fresh.host.variant.image, ("app", "web"))
    fresh.host.exec(
        f"for n in 1 2; do printf 'FROM {app}\\nRUN echo %s >/n\\n' $n | docker build -q -t {app}:"
        "$(printf '%040d' $n) - ; s=$(date +%s); until [ $(date +%s) -gt $s ]; do sleep 0.1; done; done; "
        f"docker tag {image} other_app:{'a' * 40}; docker tag {image} {web}:{'b' * 40}"
    )
    ran = fresh.fab("containers.prune", "--keep", "1", "--yes")
    assert ran.code == 0, ran.text
    left = fresh.host.exec("docker images --format '{{.Repository}}:{{.Tag}}'").split()
    assert f"{app}:{1:040d}" not in left
    assert {f"{app}:{2:040d}", f"{web}:{'b' * 40}", f"other_app:{'a' * 40}"} <= set(left)
    assert fresh.fab("containers.prune", "--keep", "1", "--yes").code == 0
