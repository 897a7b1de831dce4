"""The stage of all faults, as each of them finds it."""

from __future__ import annotations

import pytest

from sandbox.host import Host
from tests.conftest import NAME
from tests.faults.stage import Stage
from tests.operator import Operator


@pytest.fixture(scope="session")
def stage(tmp_path_factory):
    """One stage for all faults, a host of its own: each one finds v3 deployed and the images of v2 kept."""
    host = Host.up(f"{NAME}-faults")
    yield Stage(Operator(host, tmp_path_factory.mktemp("faults")))
    host.down()


@pytest.fixture
def ready(stage: Stage, request):
    """The stage with v3 just deployed."""
    stage.ready()
    yield from _played(stage, request.session)


@pytest.fixture
def spoilt(ready: Stage):
    """The stage with v3 just deployed, for what cannot be taken back."""
    yield ready
    ready.clear()


@pytest.fixture
def deployed(stage: Stage, request):
    """The stage with v3 deployed, as any refused command leaves it."""
    if stage.torn or not stage.as_deployed():
        stage.ready()
    yield from _played(stage, request.session)


def _played(stage: Stage, session):
    """Lend the stage to a test; after one that failed nothing is taken for granted."""
    failed = session.testsfailed
    yield stage
    if session.testsfailed > failed:
        stage.clear()
