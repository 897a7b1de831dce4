"""What the calls on services run on a host, in which order, and what they take for a proof."""

from __future__ import annotations

import json
import subprocess

import pytest
from msgspec import structs

from tasks.tools.compose import compose, services
from tasks.tools.compose.compose import Built, Deployment
from tasks.tools.compose.images import Decided, Target
from tasks.tools.compose.project import Project
from tests.unit.support.deployment import environment
from tests.unit.support.reports import WANTED
from tests.unit.support.stage import Stage, ps

# Two containers, `1` of api and `2` of db, whose first processes are unknown, so that they hear SIGTERM.
DOCKER = """case "$1 $*" in
"ps "*) for one in "1 api" "2 db"; do
  status=Up && [ ! -e "$HOME/${one% *}" ] || status=Exited
  printf '%s\\tc_%s\\t%s 2 hours\\t%s\\tFalse\\tapp\\t\\t\\t\\t\\t.\\n' "${one% *}" "${one#* }" $status "${one#* }"
done ;;
"stop "*) shift 3; for id; do touch "$HOME/$id"; done ;;
"inspect "*State.Pid*) shift 3; for id; do echo "$id 999999999 SIGTERM"; done ;;
"inspect "*StartedAt*) echo "1 $(cat "$HOME/again" 2>/dev/null)"; echo later >"$HOME/again" ;;
esac"""


@pytest.fixture
def stage():
    with Stage(docker=DOCKER) as made:
        (made.home / "app").mkdir()
        yield made


def ran(stage: Stage, script: str) -> subprocess.CompletedProcess:
    done = stage.run(script)
    assert done.returncode == 0, done.stderr
    return done


def verbs(stage: Stage) -> list[str]:
    """What docker and docker-compose were told to change, in order."""
    changing = ("stop", "kill", "start", "rmi", "tag", "up", "down", "build")
    return [" ".join(call) for call in stage.calls if set(call[1:8]) & set(changing)]


def test_the_database_stops_last_and_the_logs_are_kept_in_the_runs_folder(stage):
    ran(stage, compose.call(environment(), "containers/stop.sh", "db", "api"))
    assert verbs(stage) == ["docker stop -t 3 1", "docker stop -t 3 2"]
    assert (stage.home / "evidence/c_api.log").is_file()
    assert ["docker", "logs", "--timestamps", "--tail", "5000", "1"] in stage.calls


def test_a_container_that_is_gone_meanwhile_keeps_from_nothing():
    gone = f'case "$*" in ps*) [ -e "$HOME/2" ] || {ps("2 api")} ;; inspect*Pid*) echo 2 999999999 SIGTERM; exit 1 ;; '
    with Stage(docker=gone + 'stop*) touch "$HOME/2" ;; esac') as stage:
        (stage.home / "app").mkdir()
        assert stage.run(compose.call(environment(), "containers/stop.sh", "api")).returncode == 0
        assert verbs(stage) == ["docker stop -t 3 2"]


def test_jobs_of_the_project_are_named():
    decided = Deployment(file=["a.yml"], project="shop", command="docker compose")
    ended = ps("4 ended", project="shop", job=True, status="Exited (0) 2 hours ago")
    docker = "; ".join(
        [ps("1 job", project="shop", job=True), ps("2 other", job=True), ps("3 api", project="shop"), ended]
    )
    with Stage(docker=docker) as stage:
        (stage.home / "app").mkdir()
        seen = stage.run(compose.call(structs.replace(environment(), compose=decided), "reads/jobs.sh"))
        assert seen.stdout == "c_job\n"


def test_what_something_else_started_again_is_named():
    with Stage(docker=ps("1 api")) as stage:
        (stage.home / "app").mkdir()
        done = stage.run(compose.call(environment(), "reads/still-stopped.sh", "api"))
        assert done.returncode == 1
        assert "started again by something on the host after the stop: c_api (" in done.stderr
        assert stage.run(compose.call(environment(), "reads/still-stopped.sh", "web")).returncode == 0
        assert verbs(stage) == []


def test_what_goes_on_running_is_named():
    with Stage(docker=f"case $1 in ps) {ps('1 api')} ;; inspect) echo 1 999999999 SIGTERM ;; esac") as stage:
        (stage.home / "app").mkdir()
        done = stage.run(compose.call(environment(), "containers/stop.sh", "api"))
        assert (done.returncode, done.stderr) == (1, "still running: 1\n")


@pytest.mark.parametrize(("signal", "verb"), [("SIGTERM", "docker kill 1"), ("SIGINT", "docker stop -t 3 1")])
def test_a_first_process_that_is_deaf_to_its_signal_is_not_waited_for(signal, verb):
    with subprocess.Popen(["sleep", "60"]) as deaf:  # it neither catches nor blocks SIGTERM, as a container's pid 1
        docker = f"case $1 in ps) {ps('1 api')} ;; inspect) echo 1 {deaf.pid} {signal} ;; esac"
        with Stage(docker=docker) as stage:
            (stage.home / "app").mkdir()
            stage.run(compose.call(environment(), "containers/stop.sh", "api"))
            assert verb in verbs(stage)
        deaf.kill()


def test_a_restart_starts_the_database_first_and_proves_that_each_started_anew(stage):
    done = stage.run(compose.call(environment(), "containers/restart.sh", "api", "db"))
    assert verbs(stage)[-2:] == ["docker start 2", "docker start 1"]
    assert done.returncode == 0, done.stderr


def test_a_container_that_did_not_start_anew_is_named():
    with Stage(docker=f'case "$*" in ps*) {ps("1 api")} ;; *StartedAt*) echo 1 then ;; esac') as stage:
        (stage.home / "app").mkdir()
        done = stage.run(compose.call(environment(), "containers/restart.sh", "api"))
        assert done.stderr == "not restarted: 1 then\n"


def test_without_a_container_there_is_nothing_to_restart_and_nothing_to_start():
    with Stage(docker="") as stage:
        (stage.home / "app").mkdir()
        restarted = stage.run(compose.call(environment(), "containers/restart.sh", "api"))
        assert "there is no container to restart" in restarted.stderr
        assert stage.run(compose.call(environment(), "containers/start-existing.sh", "api")).returncode == 0


def test_what_does_not_run_after_its_start_is_named():
    with Stage(docker=f'case "$*" in ps*) {ps("1 api")} ;; *Status}}}}*Name*) echo "exited /c_api" ;; esac') as stage:
        (stage.home / "app").mkdir()
        done = stage.run(compose.call(environment(), "containers/start-existing.sh", "api"))
        assert done.stderr == "not running: exited /c_api\n"


@pytest.mark.parametrize(
    ("containers", "problem"),
    [
        ("api sha256:1; echo web sha256:2; echo web sha256:2", ""),
        ("api sha256:2; echo web sha256:2", "api does not run app_api:c0ffee\n"),
        ("api sha256:1; echo web sha256:2; echo web sha256:1", "web does not run app_web:c0ffee\n"),
        ("api sha256:1", "web does not run app_web:c0ffee\n"),
    ],
)
def test_a_service_that_does_not_run_its_image_is_named(containers, problem):
    docker = (
        f"case $1 in ps) {ps('c1 api', 'c2 web')};; image) echo sha256:1; echo sha256:2;; *) echo {containers};; esac"
    )
    images = [Built("api", "app_api:latest"), Built("web", "app_web:latest")]
    with Stage(docker=docker) as stage:
        (stage.home / "app").mkdir()
        done = stage.run(services.start(environment(), WANTED, images, "c0ffee", [], "api", "web"))
        assert (done.stderr, done.returncode) == (problem, bool(problem))


def test_services_start_from_the_kept_images_without_their_dependencies(stage):
    api = [Built("api", "app_api:latest")]
    stage.run(services.start(environment(), WANTED, api, "c0ffee", [], "--no-deps", "--scale=api=2", "api"))
    up = "docker-compose -p app -f docker-compose.yml up -d --no-build -t 3 --no-deps --scale=api=2 api"
    assert verbs(stage) == ["docker tag app_api:c0ffee app_api:latest", up]
    assert ["docker", "image", "inspect", "-f", "{{.Id}}", "app_api:c0ffee"] in stage.calls


def test_a_name_that_services_share_is_given_once(stage):
    shared = [Built(name, "shop:1") for name in ("api", "worker", "beat")]
    stage.run(services.start(environment(), WANTED, shared, "c0ffee", [], "api", "worker", "beat"))
    assert [verb for verb in verbs(stage) if "tag" in verb] == ["docker tag shop:c0ffee shop:1"]


def test_an_image_that_services_share_is_built_once(stage):
    stage.run(services.build(environment(), [Built("api", "shop:1"), Built("web", "web:1"), Built("worker", "shop:1")]))
    assert verbs(stage) == ["docker-compose -p app -f docker-compose.yml build --force-rm api web"]


def test_where_an_image_cannot_be_named_nothing_is_started():
    images = [Built("api", "app_api:latest"), Built("web", "app_web:latest")]
    with Stage(docker='case "$*" in tag*api*) exit 1 ;; esac') as stage:
        (stage.home / "app").mkdir()
        assert stage.run(services.start(environment(), WANTED, images, "c0ffee", [], "api", "web")).returncode == 1
        assert "docker tag app_web:c0ffee app_web:latest" in verbs(stage)
        assert [verb for verb in verbs(stage) if " up " in verb] == []


def test_what_was_decided_otherwise_is_named_to_compose_by_a_file_of_its_own(stage):
    files = Project(name="app", services={"api": {"pull_policy": "always"}, "web": {}})
    one, own = Decided("api", "sha256:1", "shop:c0ffee", "it ran"), Decided("web", "w:1", "w:c0ffee", "w", live=True)
    stage.run(services.start(environment(), Target(files, "3.8"), [], "c0ffee", [one, own]))
    up = next(call for call in stage.calls if "up" in call)
    assert up[:7] == [
        "docker-compose",
        "-p",
        "app",
        "-f",
        "docker-compose.yml",
        "-f",
        f"{stage.home}/chosen-images.yml",
    ]
    assert json.loads((stage.home / "chosen-images.yml").read_text()) == {
        "version": "3.8",
        "services": {"api": {"image": "shop:c0ffee", "pull_policy": "never"}},
    }


def test_a_start_makes_no_container_anew_that_is_there(stage):
    ran(stage, services.start_missing(environment(), ["--no-recreate", "api"]))
    assert verbs(stage) == ["docker-compose -p app -f docker-compose.yml up -d --no-build -t 3 --no-recreate api"]


def test_containers_are_made_anew_after_their_logs_were_kept(stage):
    ran(stage, services.recreate(environment(), ["--force-recreate", "api"], {}))
    assert verbs(stage) == ["docker-compose -p app -f docker-compose.yml up -d --no-build -t 3 --force-recreate api"]
    assert (stage.home / "evidence/c_api.log").is_file()


def test_a_build_proves_that_the_image_is_there():
    with Stage(docker="exit 1") as stage:
        (stage.home / "app").mkdir()
        done = stage.run(services.build(environment(), [Built("api", "app_api:latest")], "--no-cache"))
        assert verbs(stage) == ["docker-compose -p app -f docker-compose.yml build --force-rm --no-cache api"]
        assert (done.returncode, done.stderr) == (1, "image app_api:latest is not there after the build\n")


def test_down_keeps_the_logs_first_and_proves_that_no_container_is_left(stage):
    done = stage.run(services.down(environment(), Project(), "down"))
    assert (stage.home / "evidence/c_api.log").is_file()
    assert verbs(stage) == ["docker-compose -p app -f docker-compose.yml down -t 3"]
    assert (done.returncode, done.stderr) == (1, "still there: 1\n2\n")


def test_containers_with_unnamed_volumes_are_only_stopped(stage):
    for container in ("1", "2"):
        (stage.home / container).touch()
    ran(stage, services.down(environment(), Project(services={"mail": {"profiles": ["prod"]}}), "stop"))
    assert verbs(stage) == ["docker-compose -p app --profile * -f docker-compose.yml stop -t 3"]


ELSEWHERE = "export FAB_ELSEWHERE='web db'\n"  # db is on another host; no name of a service may be half of another


def test_what_only_other_hosts_run_is_neither_stopped_nor_seen(stage):
    ran(stage, ELSEWHERE + compose.call(environment(), "containers/stop.sh", "db", "api"))
    assert verbs(stage) == ["docker stop -t 3 1"]
    assert ran(stage, ELSEWHERE + compose.call(environment(), "containers/restart.sh", "db")).stdout == ""
    assert verbs(stage) == ["docker stop -t 3 1"]


def test_what_only_other_hosts_run_is_not_started_nor_what_needs_it(stage):
    images = [Built("api", "app_api:latest"), Built("web", "app_web:latest")]
    words = ["--scale=api=2", "--scale=web=2", "api", "web"]
    stage.run(ELSEWHERE + services.start(environment(), WANTED, images, "c0ffee", [], *words))
    up = "docker-compose -p app -f docker-compose.yml up -d --no-build -t 3 --no-deps --scale=api=2 api"
    assert verbs(stage) == ["docker tag app_api:c0ffee app_api:latest", up]


def test_on_a_host_that_runs_none_of_them_nothing_is_started_and_nothing_built(stage):
    ran(stage, ELSEWHERE + services.start_missing(environment(), ["--no-recreate", "web"]))
    ran(stage, ELSEWHERE + services.build(environment(), [Built("web", "app_web:latest")]))
    assert verbs(stage) == []
