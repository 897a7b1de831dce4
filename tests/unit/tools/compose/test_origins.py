"""What containers were made of."""

from __future__ import annotations

from tasks.tools.compose import origins
from tasks.tools.compose.origins import Origin
from tests.unit.support.deployment import GOOD, HEAD, NOW, environment
from tests.unit.support.stage import Stage

ENGINE = """
case "$*" in
  ps*) echo 'abc api' ;;
  *RepoTags*) echo app_api:latest,app_api:good ;;
  "image inspect"*) echo sha256:now ;;
  *Config.Image*) echo app_api ;;
  *.Created*) echo '/c_api 2023-11-14T22:13:20.5Z .hash .' ;;
  *) echo sha256:then ;;
esac
"""


def test_a_container_tells_what_it_was_made_of():
    line = f"/c_api 2023-11-14T22:13:20.5Z .hash .{GOOD} sha256:1 app_api:latest,app_api:{HEAD}"
    found = origins.parse_origins(line + "\n/c_db 2023-11-14T22:13:20Z . . sha256:2 postgres:15\n")
    assert found["c_api"] == Origin(NOW, "hash", GOOD, "sha256:1", ["app_api:latest", f"app_api:{HEAD}"])
    assert found["c_api"].of(HEAD)
    assert found["c_api"].of("c" * 40) is False
    assert found["c_db"].of(HEAD) is None


def test_the_script_prints_what_is_read():
    with Stage(docker=ENGINE) as stage:
        (stage.home / "app").mkdir()
        done = stage.run(origins.origins(environment()).commands[""])
    assert origins.parse_origins(done.stdout) == {
        "c_api": Origin(NOW, "hash", "", "sha256:now", ["app_api:latest", "app_api:good"])
    }


def test_files_that_are_not_there_are_left_out():
    with Stage() as stage:
        (stage.home / "app").mkdir()
        (stage.home / "app" / "docker-compose.yml").write_text("")
        done = stage.run(origins.files(environment()).commands[""])
    assert list(origins.parse_files(done.stdout)) == ["docker-compose.yml"]
    assert origins.parse_files("10 docker compose.yml\n") == {"docker compose.yml": 10.0}
