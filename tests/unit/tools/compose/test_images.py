"""The images of a commit: kept under its hash, and never under a wrong one."""

from __future__ import annotations

import json

import pytest

from tasks.tools.compose import images
from tasks.tools.compose.compose import Built
from tasks.tools.compose.images import Target
from tasks.tools.compose.project import Project
from tests.unit.support.checkouts import Checkout
from tests.unit.support.deployment import environment
from tests.unit.support.stage import Stage, ps

DOCKER = """#!/bin/sh
case "$1 $*" in
ps*) printf 'c1\\tc_api\\tUp\\tapi\\tFalse\\tapp\\t\\t\\t\\t\\t.\\n' ;;
inspect*) echo "api sha256:0123456789abcdef $CREATED" ;;
image*) printf "sha256:0123456789abcdef $LABEL\\n$NAMES" ;;
tag*) echo "$3" >> "$FAKE/tagged" ;;
esac
"""
NAMED = f"""
case "$*" in
  *{{{{.Id}}}}*join*) echo 'wrong type for value' >&2; exit 1 ;;
  ps*) {ps("id api")} ;;
  "service ls"*) echo s1 ;;
  "service inspect"*) echo shop_api app:1 ;;
  *"image {{{{.Id}}}}{{{{range .RepoTags}}}}"*) echo image sha256:1 app:1 app:SHA ;;
  "inspect -f container"*) echo container sha256:1 api ;;
  *inspect*) echo sha256:1 ;;
esac
"""
API = Built("api", "app_api:latest")


@pytest.fixture
def tagged(tmp_path):
    """Return what the image that runs is kept as, on a host whose HEAD got to its commit in January 2024."""
    host = Checkout(tmp_path)
    (tmp_path / "docker").write_text(DOCKER)
    (tmp_path / "docker").chmod(0o755)

    def kept(created: str, label: str = "", names: str = "") -> str:
        script = images.keep(host.environment, [API], host.head())
        values = f'PATH={tmp_path}:$PATH FAKE={tmp_path} CREATED={created} LABEL="{label.format(head=host.head())}"'
        values += f' NAMES="{names.format(head=host.head())}"'
        ran = host.sh(f"export {values}\n{script}")
        assert ran.returncode == 0, ran.stderr
        return (tmp_path / "tagged").read_text().strip().replace(host.head(), "HEAD")

    return kept


def test_the_image_of_a_deployment_is_kept_under_its_commit(tagged):
    assert tagged(created="2024-01-02T00:00:00Z") == "app_api:HEAD"


def test_an_image_from_before_the_checkout_is_not_taken_for_that_of_head(tagged):
    assert tagged(created="2023-12-31T00:00:00Z") == "app_api:image-0123456789ab"


def test_a_label_says_what_no_date_can(tagged):
    assert tagged(created="2023-12-31T00:00:00Z", label="{head}") == "app_api:HEAD"


def test_an_image_labelled_with_another_commit_is_not_kept_under_head(tagged):
    assert tagged(created="2024-01-02T00:00:00Z", label="b" * 40) == "app_api:image-0123456789ab"


def test_a_name_that_an_image_has_already_is_not_given_again(tagged):
    with pytest.raises(FileNotFoundError):  # nothing was tagged
        tagged(created="2024-01-02T00:00:00Z", names="sha256:0123456789abcdef/app_api:{head}")


def test_the_override_names_and_labels_the_images_after_the_commit():
    wanted = Target(Project(name="app"), "3.8")
    assert json.loads(images.override(wanted, [API], "c0ffee")) == {
        "version": "3.8",
        "services": {
            "api": {
                "image": "app_api:c0ffee",
                "build": {"labels": {"org.opencontainers.image.revision": "c0ffee"}},
            }
        },
    }


@pytest.mark.parametrize(
    ("rebuild", "kept", "built"),
    [(False, "kept: app_api:c0ffee\n", "web"), (True, "", "--no-cache api web")],
)
def test_only_what_is_missing_is_built_once_for_all_that_share_it_unless_all_is_wanted_anew(rebuild, kept, built):
    worker = Built("worker", "app_web:latest")
    wanted, built_here = Target(Project(name="app")), [API, Built("web", "app_web:latest"), worker]
    docker = 'shift 4; for one; do [ "$one" != app_web:c0ffee ] || [ -e "$HOME/built" ] || exit 1; echo sha256:1; done'
    with Stage(docker=docker, **{"docker-compose": 'cp .rollback.yml "$HOME/override"; touch "$HOME/built"'}) as stage:
        for folder in ("app", ".fab-rollback"):
            (stage.home / folder).mkdir()
        done = stage.run(images.prepare(environment(), wanted, built_here, "c0ffee", rebuild))
        assert (done.returncode, done.stdout, done.stderr) == (0, kept, "")
        [call] = [" ".join(call) for call in stage.calls if call[0] == "docker-compose"]
        assert call == f"docker-compose -p app -f docker-compose.yml -f .rollback.yml build --force-rm {built}"
        assert (stage.home / "override").read_text() == images.override(wanted, built_here, "c0ffee")
        assert list((stage.home / ".fab-rollback").iterdir()) == []


def test_where_all_is_kept_nothing_is_built_and_no_tree_is_made():
    with Stage(docker="echo sha256:1") as stage:
        (stage.home / "app").mkdir()
        done = stage.run(images.prepare(environment(), Target(Project(name="app")), [API], "c0ffee"))
        assert (done.returncode, done.stdout) == (0, "kept: app_api:c0ffee\n")
        assert {call[0] for call in stage.calls} == {"docker"}


def test_what_runs_is_known_by_the_tags_of_its_images():
    sha = "a" * 40
    running = (
        "container sha256:1 app\ncontainer sha256:1 worker\ncontainer sha256:2 db\n"
        f"image sha256:1 shop_app:latest shop_app:{sha}\nimage sha256:2 postgres:15\n"
    )
    assert images.parse_running(running) == {sha: ["app", "worker"]}


@pytest.mark.parametrize("asked", [environment(), environment(orchestrator="swarm", stack="shop")])
def test_the_names_of_what_runs_are_asked_for_so_that_docker_28_tells_them(asked):
    with Stage(docker=NAMED.replace("SHA", "a" * 40)) as stage:
        (stage.home / "app").mkdir()
        done = stage.run(images.kept_commits(asked).commands[""])
    assert images.parse_running(done.stdout) == {"a" * 40: ["api"]}, done.stderr


SHARED = """#!/bin/sh
case "$1 $*" in
ps*) printf '%s\\t%s\\tUp\\t%s\\tFalse\\tapp\\t\\t\\t\\t\\t.\\n' c1 c_api api c2 c_init init ;;
inspect*) printf "api sha256:aaaaaaaaaaaaaaaa $API\\ninit sha256:bbbbbbbbbbbbbbbb $INIT\\n" ;;
image*.Id*) exit $LACKS ;;
image*) printf "sha256:aaaaaaaaaaaaaaaa $LABEL\\nsha256:bbbbbbbbbbbbbbbb \\n" ;;
tag*) echo "$2 $3" >> "$FAKE/tagged" ;;
esac
"""
AFTER, LATER, BEFORE = "2024-01-02T00:00:00Z", "2024-01-02T00:00:09Z", "2023-12-31T00:00:00Z"


@pytest.mark.parametrize(
    ("api", "init", "label", "lacks", "kept"),
    [
        (AFTER, BEFORE, "HEAD", 0, ["b image-bbbbbbbbbbbb", "a HEAD"]),  # a rollback ran api anew, its job not
        (AFTER, BEFORE, "", 1, ["b HEAD", "a HEAD"]),  # somebody deployed api alone
        (AFTER, LATER, "", 0, ["a HEAD", "b HEAD"]),
        (LATER, AFTER, "", 1, ["b HEAD", "a HEAD"]),
    ],
)
def test_of_services_that_share_a_name_the_newest_of_the_commit_keeps_it(tmp_path, api, init, label, lacks, kept):
    host = Checkout(tmp_path)
    (tmp_path / "docker").write_text(SHARED)
    (tmp_path / "docker").chmod(0o755)
    script = images.keep(host.environment, [API, Built("init", "app_api:latest")], host.head())
    values = f"PATH={tmp_path}:$PATH FAKE={tmp_path} API={api} INIT={init} LACKS={lacks}"
    ran = host.sh(f"export {values} LABEL={label.replace('HEAD', host.head())}\n{script}")
    assert ran.returncode == 0, ran.stderr
    tagged = (tmp_path / "tagged").read_text().replace(host.head(), "HEAD").split()
    assert [
        f"{image[7]} {name.partition(':')[2]}" for image, name in zip(tagged[::2], tagged[1::2], strict=True)
    ] == kept
