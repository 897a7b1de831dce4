"""Fixtures for everything that needs a real host: `operator` looks, `fresh` may break things."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sandbox.host import Host
from sandbox.variant import Variant
from tests.operator import Operator

NAME = "-".join(filter(None, [os.environ.get("TEST_HOST", "test"), os.environ.get("PYTEST_XDIST_WORKER")]))

# Containers, images, volumes; backups; the checkout with its runs and git's history.
FOUND = r"""
docker ps --all --format '{{.Names}} {{.ID}} {{.State}}'
docker images --all --format '{{.Repository}}:{{.Tag}} {{.ID}}'
docker volume ls --quiet
find backups jctc-app /srv/git -name objects -prune -o -type f ! -name index -printf '%p %s\n' | sort
"""


def pytest_configure() -> None:
    """Hear Ctrl-C, and let the commands hear it that are started here: what a shell puts in the background does not."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def pytest_addoption(parser) -> None:
    """Offer the whole table of faults, which takes long."""
    parser.addoption("--all-faults", action="store_true", help="inject every fault, those that take long as well")


def pytest_collection_modifyitems(config, items) -> None:
    """Leave out the long ones unless --all-faults."""
    if config.getoption("--all-faults"):
        return
    skip = pytest.mark.skip(reason="only with --all-faults")
    for item in items:
        if item.get_closest_marker("long"):
            item.add_marker(skip)


def _word(option: tuple[str, str | bool]) -> str:
    name, value = option
    return str(value) if isinstance(value, str) else name if value else f"no-{name}"


@pytest.fixture(scope="session")
def changed() -> set[str]:
    """Names of the hosts that a test, or an earlier session, may have changed."""
    return {NAME}


@pytest.fixture(scope="session")
def found() -> dict[str, str]:
    """What was found on each host when it was put back; the next test would find what the one before left."""
    return {}


@pytest.fixture(scope="session")
def hosts(changed: set[str]) -> Callable[..., Host]:
    """Hosts by variant: hosts(compose="v2") has compose v2; besides the ordinary one, one is up at a time."""
    made: dict[Variant, Host] = {}

    def end(but: Variant) -> None:
        for variant in made.keys() - {Variant(), but}:
            host = made.pop(variant)
            host.down()
            changed.discard(host.name)

    def get(**options) -> Host:
        variant = Variant(**options)
        end(but=variant)
        if variant not in made:
            suffix = "-".join(map(_word, variant.extraordinary().items())).replace("_", "-")
            made[variant] = Host.up(f"{NAME}-{suffix}"[:40].rstrip("-") if suffix else NAME, variant)
        return made[variant]

    yield get
    end(but=Variant())


@pytest.fixture
def operator(hosts, changed: set[str], found: dict[str, str], tmp_path: Path) -> Iterator[Operator]:
    """An operator at the ordinary host, v3 just deployed, for tests that leave it so; what does not is put right."""
    host = hosts()
    if host.name in changed:
        host.reset()
        changed.discard(host.name)
        found[host.name] = host.exec(FOUND)
    yield Operator(host, tmp_path)
    if host.name not in changed and host.exec(FOUND) != found.get(host.name):
        changed.add(host.name)


@pytest.fixture
def fresh(operator: Operator, changed: set[str]) -> Operator:
    """An operator at the ordinary host, v3 just deployed, for tests that change it."""
    changed.add(operator.host.name)
    return operator


@pytest.fixture
def deployed(hosts, changed: set[str], tmp_path: Path) -> Callable[..., Operator]:
    """An operator at a host of any variant, v3 just deployed, for tests that change it: deployed(compose="v2")."""

    def at(**options) -> Operator:
        host = hosts(**options)
        if host.name in changed:
            host.reset()
        changed.add(host.name)
        return Operator(host, tmp_path)

    return at
