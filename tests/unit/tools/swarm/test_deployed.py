"""When an image of a stack was deployed: a checkout, scaling and a lost node deploy nothing."""

from __future__ import annotations

import pytest

from tasks.tools.compose import images, inspect, origins
from tasks.tools.compose.compose import Built
from tests.unit.support.stage import Stage
from tests.unit.tools.swarm.test_stack import SWARM

COMMIT = "a" * 40
# The service `db` was written at {whole}; `app` at 3000, when it ran the image {before}.
DOCKER = """
image=reg/shop@sha256:new
case "$*" in
  "service ls"*) echo s1 s2 ;;
  "service inspect"*UpdatedAt*)
    echo "shop_app $image 3000 {before}"
    echo "shop_db pg {whole} pg" ;;
  "service inspect"*) printf '%s\\t' service s1 shop_app any '' $image ;;
  "service ps"*) echo t1 ;;
  "inspect --type task"*)
    printf '%s\\t' task t1 s1 n1 1 1 running running '"2026-01-01T00:00:00Z"' 0 '' $image '' ;;
  "node ls"*) printf 'node\\tn1\\tone\\tReady\\n' ;;
  *RepoTags*) echo '.{label} reg/shop:v1' ;;
  *revision*) echo '{label}' ;;
  *) echo sha256:0123456789abcdef ;;
esac
"""
SAME, OTHER = "reg/shop@sha256:new", "reg/shop@sha256:old"
GIT = "echo 'HEAD@{1000}'"  # when the checkout came to where it is


def stage(**said: str) -> Stage:
    docker = DOCKER
    for name, value in {"label": "", **said}.items():
        docker = docker.replace("{" + name + "}", value)
    return Stage(docker=docker, git=GIT)


@pytest.mark.parametrize(
    ("whole", "before", "seconds"), [("100", SAME, 100), ("2000", SAME, 2000), ("100", OTHER, 3000)]
)
def test_an_image_was_deployed_when_an_update_changed_it_or_with_the_whole_stack(whole, before, seconds):
    with stage(whole=whole, before=before) as there:
        (there.home / "app").mkdir()
        done = there.run(origins.origins(SWARM).commands[""])
    (found,) = origins.parse_origins(done.stdout).items()
    assert found == ("shop_app.1@one", origins.Origin(seconds, "", ["reg/shop:v1"])), done.stderr


@pytest.mark.parametrize(
    ("whole", "before", "label", "tag"),
    [
        ("100", SAME, "", "image-0123456789ab"),
        ("2000", SAME, "", COMMIT),
        ("100", OTHER, "", COMMIT),
        ("100", SAME, COMMIT, COMMIT),
        ("2000", OTHER, "b" * 40, "image-0123456789ab"),
    ],
)
def test_what_was_deployed_before_the_checkout_came_to_a_commit_is_not_kept_as_that_of_it(whole, before, label, tag):
    with stage(whole=whole, before=before, label=label) as there:
        (there.home / "app").mkdir()
        done = there.run(images.keep(SWARM, [Built("app", "reg/shop:v1")], COMMIT))
        kept = [words[3] for words in there.calls if words[1] == "tag"]
    assert (done.returncode, kept) == (0, [f"reg/shop:{tag}"]), done.stderr


@pytest.mark.parametrize(
    ("image", "here", "known"),
    [
        ("reg/shop:v1", "c1 shop_app", "sha256:runs"),  # as its container says
        ("reg/shop:v1", "", "reg/shop:v1"),  # what is called so here may be another image
        ("reg/shop@sha256:new", "", "sha256:0123456789abcdef"),
    ],
)
def test_the_id_of_a_task_s_image_is_what_its_container_says_and_never_what_a_name_means_here(image, here, known):
    docker = (
        DOCKER.replace("image=reg/shop@sha256:new", f"image={image}")
        .replace(
            'case "$*" in', f'case "$*" in\n  "ps "*) echo {here} ;;\n  *Config.Image*) echo "$image sha256:runs" ;;'
        )
        .replace("{label}", "")
    )
    with Stage(docker=docker) as there:
        (there.home / "app").mkdir()
        done = there.run(inspect.containers(SWARM).commands[""])
    assert [one.image for one in inspect.parse_containers(done.stdout)] == [known], done.stderr
