"""What containers were made of."""

from __future__ import annotations

from tasks.tools.compose import origins
from tasks.tools.compose.origins import Origin
from tests.unit.support.deployment import GOOD, HEAD, NOW, environment
from tests.unit.support.stage import Stage, ps

ENGINE = f"""
case "$*" in
  ps*) {ps("abc api")} ;;
  *RepoTags*) echo app_api:latest,app_api:good ;;
  *.Created*) echo '/c_api 2023-11-14T22:13:20.5Z .' ;;
  *) echo sha256:then ;;
esac
"""


def test_a_container_tells_what_it_was_made_of():
    line = f"/c_api 2023-11-14T22:13:20.5Z .{GOOD} app_api:latest,app_api:{HEAD}"
    found = origins.parse_origins(line + "\n/c_db 2023-11-14T22:13:20Z . postgres:15\n")
    assert found["c_api"] == Origin(NOW, GOOD, ["app_api:latest", f"app_api:{HEAD}"])
    assert found["c_api"].of(HEAD)
    assert found["c_api"].of("c" * 40) is False
    assert found["c_db"].of(HEAD) is None


def test_the_script_prints_what_is_read():
    with Stage(docker=ENGINE) as stage:
        (stage.home / "app").mkdir()
        done = stage.run(origins.origins(environment()).commands[""])
    assert origins.parse_origins(done.stdout) == {"c_api": Origin(NOW, "", ["app_api:latest", "app_api:good"])}
