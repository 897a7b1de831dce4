"""What tasks have said is not waited for without an end."""

from __future__ import annotations

import pytest

from tasks.tools.compose import compose
from tests.unit.support.stage import Stage
from tests.unit.tools.swarm.test_stack import SWARM

DOCKER = """
case "$*" in
  "service ls"*) echo s1 ;;
  "service inspect"*UpdateStatus*) ;;
  "service inspect"*) echo shop_app ;;
  "service ps"*) echo t1 ;;
  *.DesiredState*) echo "app t1 running failed 1 image" ;;
esac
"""


@pytest.mark.parametrize("script", ["reads/errors.sh", "containers/wait-until-ready.sh"])
def test_docker_which_may_not_end_is_ended(script):
    with Stage(docker=DOCKER) as stage:
        (stage.home / "app").mkdir()
        timeout = stage.home.parent / "bin" / "timeout"
        timeout.write_text('#!/bin/sh\necho "$*" >>"$HOME/ended"; exit 124\n')
        timeout.chmod(0o755)
        call = compose.call(SWARM, script, "app=1", TIMEOUT="0", URLS="", MINUTES="5", PATTERN="x", PROBES="x")
        done = stage.run(call)
        assert (done.returncode, "docker service logs" in (stage.home / "ended").read_text()) == (0, True), done.stderr
        assert not [words for words in stage.calls if words[1:3] == ["service", "logs"]]
