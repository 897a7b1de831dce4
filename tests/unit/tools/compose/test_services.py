"""The scripts that stop, start, restart, replace and build services, as whole strings."""

from __future__ import annotations

import pytest

from tasks.tools.compose import compose, services
from tasks.tools.compose.compose import Built
from tests.unit.support.deployment import environment
from tests.unit.support.stage import Stage

IN_APP = (
    "set -eu\ncd \"$HOME\"/app 2>/dev/null || { printf '%s\\n' "
    "'no folder app on the host (app.path in hosts.yaml)' >&2; exit 1; }\n"
    'compose() { docker-compose -f docker-compose.yml "$@"; }\n'
)


def every(*names: str) -> str:
    return compose.containers(*names)


def running(*names: str) -> str:
    return compose.containers(*names, everything=False)


def test_up_never_builds_and_proves_the_images():
    script = services.up(environment(), ["api"], "--no-deps", images={"api": "app_api:latest"})
    assert script.startswith("compose up -d --no-build -t 3 --no-deps api\nids=$(" + every("api") + "); ")
    assert "\nids=$(docker image inspect -f '{{.Id}}' app_api:latest); set -- $ids\n" in script
    assert script.endswith('\nruns api "$1" app_api:latest; shift')


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
        f"case $1 in ps) echo c1 api; echo c2 web;; image) echo sha256:1; echo sha256:2;; *) echo {containers};; esac"
    )
    with Stage(docker=docker) as stage:
        done = stage.run("set -eu\n" + services.run({"api": "app_api:c0ffee", "web": "app_web:c0ffee"}))
        assert (done.stderr, done.returncode) == (problem, bool(problem))


def test_build_proves_that_the_image_is_there():
    assert services.build(environment(), [Built("api", "app_api:latest")], "--no-cache") == IN_APP + (
        "compose build --force-rm --no-cache api\n"
        "docker image inspect app_api:latest >/dev/null 2>&1 || "
        "{ echo 'image app_api:latest is not there after the build' >&2; exit 1; }"
    )


def test_down_keeps_the_logs_first_and_proves_that_no_container_is_left():
    assert services.take_down(environment(), volumes=False) == (
        'run=$PWD; mkdir -p "$run/evidence"\n' + IN_APP + "logged=$(" + every() + ")\n"
        "[ -z \"$logged\" ] || docker inspect -f '{{.Id}} {{.Name}}' $logged | { while read -r c n; do\n"
        'docker logs --tail 5000 $c > "$run/evidence/${n#/}.log" 2>&1 & done; wait; }\n'
        "compose down -t 3\n"
        "left=$(" + every() + ")\n"
        '[ -z "$left" ] || { echo "still there: $left" >&2; exit 1; }'
    )


def test_containers_with_unnamed_volumes_are_only_stopped():
    script = services.take_down(environment(), volumes=True)
    assert "compose stop -t 3\n" in script
    assert "compose down" not in script
    assert "left=$(" + running() + ")" in script


def test_the_database_stops_last_and_starts_first():
    assert services.apart(environment(), ["api", "db", "web"]) == [["api", "web"], ["db"]]
    script = services.restart(environment(), ["api", "db"])
    stops = [script.index(f"up=$({running(name)})") for name in ("api", "db")]
    starts = [script.index(f"ids=$({every(name)}); [ -z") for name in ("db", "api")]
    assert stops + starts == sorted(stops + starts)


def test_a_restart_proves_that_every_container_started_again():
    script = services.restart(environment(), ["api"])
    assert script.startswith(IN_APP + "all=$(" + every("api") + ")\n")
    assert "before=$(docker inspect -f '{{.Id}} {{.State.StartedAt}}' $all)\n" in script
    assert script.endswith(
        "left=$(printf '%s\\n' \"$before\" \"$(docker inspect -f '{{.Id}} {{.State.StartedAt}}' $all)\""
        " | sort | uniq -d)\n"
        '[ -z "$left" ] || { echo "not restarted: $left" >&2; exit 1; }'
    )


def test_services_start_from_the_kept_images_without_their_dependencies():
    script = services.start(environment(), [Built("api", "app_api:latest")], "c0ffee", ["api"])
    assert script.startswith(
        IN_APP + "docker tag app_api:c0ffee app_api:latest\ncompose up -d --no-build -t 3 --no-deps api\n"
    )
    assert "docker image inspect -f '{{.Id}}' app_api:c0ffee" in script


def test_whatever_a_service_is_called_it_stays_one_word():
    script = services.up(environment(), ["$(reboot)"], images={"$(reboot)": "a;b"})
    assert script.startswith("compose up -d --no-build -t 3 '$(reboot)'\n")
    assert "inspect -f '{{.Id}}' 'a;b')" in script
    assert "runs '$(reboot)' \"$1\" 'a;b'" in script
