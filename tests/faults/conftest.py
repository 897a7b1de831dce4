"""The stage of all faults, and FAULTS.md, written by the run that plays all of them."""

from __future__ import annotations

import pytest

from tests.faults.report import Played
from tests.faults.stage import Stage
from tests.operator import Operator

PLAYED, ORDER = pytest.StashKey[Played](), pytest.StashKey[list]()


@pytest.fixture(scope="session")
def stage(hosts, tmp_path_factory, request):
    """One stage for all faults: each one finds v3 deployed and the images of v2 kept."""
    made = Stage(Operator(hosts(), tmp_path_factory.mktemp("faults")), request.config.stash[PLAYED])
    yield made
    made.host.reset()


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


def pytest_collection_modifyitems(config, items) -> None:
    """Leave out the long ones unless --all-faults; with --go-on, those that passed before with this code."""
    played = config.stash[PLAYED] = Played(config.cache)
    config.stash[ORDER] = [item.nodeid for item in items]
    if not config.getoption("--all-faults"):
        skip = pytest.mark.skip(reason="only with --all-faults")
        for item in (i for i in items if i.get_closest_marker("long")):
            item.add_marker(skip)
    elif config.getoption("--go-on"):
        left = [item for item in items if not played.passed(item.nodeid)]
        if not left:
            played.forget()
        items[:] = left or items


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Keep what became of a test once it was played, or could not be."""
    made = yield
    if made.when == "call" or (made.failed and made.when == "setup"):
        broken = call.excinfo.exconly().splitlines()[0][:300] if made.failed else ""
        title = (item.module.__doc__ or item.module.__name__).splitlines()[0].rstrip(".")
        item.config.stash[PLAYED].ended(item.nodeid, title, broken)
    return made


def pytest_sessionfinish(session) -> None:
    """Write FAULTS.md, also when tests failed or the session was cut short."""
    if session.config.getoption("--all-faults") and PLAYED in session.config.stash:
        session.config.stash[PLAYED].write(session.config.stash[ORDER])
