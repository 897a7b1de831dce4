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

DOCKER = """#!/bin/sh
case "$1 $*" in
ps*) echo c1 ;;
inspect*) echo "api sha256:0123456789abcdef $CREATED" ;;
image*) echo "sha256:0123456789abcdef $LABEL" ;;
tag*) echo "$3" >> "$FAKE/tagged" ;;
esac
"""
API = Built("api", "app_api:latest")


@pytest.fixture
def tagged(tmp_path):
    """Return what the image that runs is kept as, on a host whose HEAD got to its commit in January 2024."""
    host = Checkout(tmp_path)
    (tmp_path / "docker").write_text(DOCKER)
    (tmp_path / "docker").chmod(0o755)

    def kept(created: str, label: str = "") -> str:
        script = images.keep(host.environment, [API], host.head())
        values = f'PATH={tmp_path}:$PATH FAKE={tmp_path} CREATED={created} LABEL="{label.format(head=host.head())}"'
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


def test_the_override_names_and_labels_the_images_after_the_commit():
    wanted = Target("app", "3.8", ["api"], [API], [], Project())
    assert json.loads(images.override(wanted, "c0ffee")) == {
        "version": "3.8",
        "services": {
            "api": {
                "image": "app_api:c0ffee",
                "build": {"labels": {"org.opencontainers.image.revision": "c0ffee"}},
            }
        },
    }


def test_only_what_is_missing_is_built_unless_all_is_wanted_anew():
    wanted = Target("app", "", ["api"], [API], [], Project())
    host = 'docker image inspect "$2" >/dev/null 2>&1 && echo "kept: $2" || missing="$missing $1"'
    kept = images.prepare(environment(), wanted, "c0ffee")
    assert kept.startswith("if docker image inspect app_api:c0ffee >/dev/null 2>&1; then echo 'kept: app_api:c0ffee'\n")
    assert host in kept
    assert "\nwant api app_api:c0ffee\n" in kept
    assert "compose -f .rollback.yml -p app build --force-rm  $missing" in kept
    anew = images.prepare(environment(), wanted, "c0ffee", rebuild=True)
    assert host not in anew
    assert "compose -f .rollback.yml -p app build --force-rm --no-cache $missing" in anew
