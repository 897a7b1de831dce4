"""When an image of a stack was deployed: a checkout, scaling and a lost node deploy nothing."""

from __future__ import annotations

import pytest

from tasks.tools.compose import images, origins
from tasks.tools.compose.compose import Built
from tests.unit.support.stage import Stage
from tests.unit.tools.swarm.test_stack import SWARM

COMMIT = "a" * 40
# The service `db` was written at {whole}, `app` at 3000; of the tasks of `app` one runs its image since {first}.
DOCKER = """
image=reg/shop@sha256:new
case "$*" in
  "service ls"*) echo s1 s2 ;;
  "service inspect"*UpdatedAt*)
    echo "service s1 shop_app $image 3000"
    echo "service s2 shop_db pg {whole}" ;;
  "service inspect"*) printf '%s\\t' service s1 shop_app any '' $image ;;
  "service ps"*) echo t1 t2 t3 ;;
  *CreatedAt.Unix}}*)
    echo "task s1 reg/shop@sha256:old 10"
    echo "task s1 $image {first}"
    echo "task s1 $image 2900" ;;
  "inspect --type task"*)
    printf '%s\\t' task t1 s1 n1 1 1 running running '"2026-01-01T00:00:00Z"' 0 '' $image '' ;;
  "node ls"*) printf 'node\\tn1\\tone\\tReady\\n' ;;
  *RepoTags*) echo '.{label} reg/shop:v1' ;;
  *revision*) echo '{label}' ;;
  *) echo sha256:0123456789abcdef ;;
esac
"""
GIT = "echo 'HEAD@{1000}'"  # when the checkout came to where it is


def stage(**said: str) -> Stage:
    docker = DOCKER
    for name, value in {"label": "", **said}.items():
        docker = docker.replace("{" + name + "}", value)
    return Stage(docker=docker, git=GIT)


@pytest.mark.parametrize(
    ("whole", "first", "seconds"), [("100", "500", 500), ("2000", "500", 2000), ("100", "1500", 1500)]
)
def test_an_image_was_deployed_with_its_first_task_or_with_the_whole_stack(whole, first, seconds):
    with stage(whole=whole, first=first) as there:
        (there.home / "app").mkdir()
        done = there.run(origins.origins(SWARM).commands[""])
    (found,) = origins.parse_origins(done.stdout).items()
    assert found == ("shop_app.1@one", origins.Origin(seconds, "", ["reg/shop:v1"])), done.stderr


@pytest.mark.parametrize(
    ("whole", "first", "label", "tag"),
    [
        ("100", "500", "", "image-0123456789ab"),
        ("2000", "500", "", COMMIT),
        ("100", "1500", "", COMMIT),
        ("100", "500", COMMIT, COMMIT),
        ("2000", "1500", "b" * 40, "image-0123456789ab"),
    ],
)
def test_what_was_deployed_before_the_checkout_came_to_a_commit_is_not_kept_as_that_of_it(whole, first, label, tag):
    with stage(whole=whole, first=first, label=label) as there:
        (there.home / "app").mkdir()
        done = there.run(images.keep(SWARM, [Built("app", "reg/shop:v1")], COMMIT))
        kept = [words[3] for words in there.calls if words[1] == "tag"]
    assert (done.returncode, kept) == (0, [f"reg/shop:{tag}"]), done.stderr
