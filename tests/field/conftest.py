"""One host for all deployments of the field: each in a folder and a project of its own, removed after its test."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.host import Host
from tests.conftest import NAME
from tests.field.deployment import Deployment
from tests.field.laying import Place
from tests.field.recipe import RELEASES, Recipe

# Played by every `make test`; all others, like most faults, by `make faults`: they take as long as all other tests.
EVERY_TIME = {
    "test_values_that_the_deploy_script_exports",
    "test_a_project_that_is_down_is_started_by_its_own_name",
    "test_an_image_that_no_commit_decides_is_refused[by a tag in .env-]",
}
# The sample application's image has what ours needs: Python, Alembic and the driver.
BASE = "docker tag $(docker inspect -f '{{.Image}}' jctc_app) field-base:1"
LISTED = "docker ps -aq; docker volume ls -q; docker network ls -q; docker image ls -aq; ls -A ~ubuntu"
SECOND = """
useradd --create-home --shell /bin/bash --password '*' --groups docker deploy
install -d -m 700 -o deploy -g deploy ~deploy/.ssh
install -m 600 -o deploy -g deploy ~ubuntu/.ssh/authorized_keys ~deploy/.ssh/authorized_keys
"""
REMOVE = """
gone() { for each in $(docker "$@"); do case " $kept " in *" $each "*) ;; *) echo "$each" ;; esac; done; }
gone ps -aq | xargs -r docker rm -fv >/dev/null
gone volume ls -q | xargs -r docker volume rm -f >/dev/null
gone network ls -q | xargs -r docker network rm >/dev/null
gone image ls -aq | sort -u | xargs -r docker rmi -f >/dev/null 2>&1 || :
cd ~ubuntu && for each in $(ls -A); do case " $kept " in *" $each "*) ;; *) rm -rf "$each" ;; esac; done
"""


def pytest_collection_modifyitems(items) -> None:
    """Mark all of them for `make faults`, and those that are not played every time."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.fault)
            if item.name not in EVERY_TIME:
                item.add_marker(pytest.mark.long)


@pytest.fixture(scope="session")
def field_host() -> Iterator[Host]:
    """The host of the field."""
    host = Host.up(f"{NAME}-field")
    host.reset()
    host.exec(BASE)
    yield host
    host.down()


@pytest.fixture(scope="session")
def numbers() -> Iterator[int]:
    """Numbers that were not used before."""
    return itertools.count(1)


@pytest.fixture
def borrowed(field_host: Host) -> Iterator[Host]:
    """The host, for tests that change it; it is put back afterwards."""
    yield field_host
    field_host.reset()
    field_host.exec(BASE)


@pytest.fixture
def second_login(borrowed: Host) -> str:
    """Another login that may use Docker."""
    borrowed.exec(SECOND, user="root")
    return "deploy"


@pytest.fixture
def deployment(field_host: Host, numbers: Iterator[int], tmp_path: Path) -> Iterator[Callable[..., Deployment]]:
    """Make a deployment, v1 and then v2: deployment(env_file=".env.prod"); all are removed after the test."""
    kept = " ".join(field_host.exec(LISTED).split())

    def make(*releases: str, **options: Any) -> Deployment:
        number = next(numbers)
        folder = tmp_path / str(number)
        folder.mkdir()
        made = Deployment(Place(field_host, f"shop{number}", 9000 + number), folder, Recipe(**options))
        made.deploy(*(releases or RELEASES))
        return made

    yield make
    field_host.exec(f"kept='{kept}'\n{REMOVE}", user="root")  # some of it belongs to others
