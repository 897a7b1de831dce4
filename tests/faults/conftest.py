"""The stage of all faults, and FAULTS.md, written by the run that plays all of them."""

from __future__ import annotations

import pytest

from sandbox.host import Host
from tests.conftest import NAME
from tests.faults import report
from tests.faults.report import Played
from tests.faults.stage import Stage
from tests.operator import Operator

PLAYED, PLACE = pytest.StashKey[Played](), pytest.StashKey[int]()
FAULT = "fault"


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


def pytest_configure(config) -> None:
    """Know what was played before with this code, and keep what is played now."""
    played = config.stash[PLAYED] = Played(config.cache)
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Reports(played))


def pytest_collection_modifyitems(config, items) -> None:
    """Number the tests; with --go-on, leave out those that passed before with this code."""
    for place, item in enumerate(items):
        item.stash[PLACE] = place
    if config.getoption("--all-faults") and config.getoption("--go-on"):
        items[:] = [item for item in items if not config.stash[PLAYED].passed(item.nodeid)]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Put what became of a test into its report, once it was played or could not be."""
    made = yield
    if made.when == "call" or (made.failed and made.when == "setup"):
        title = (item.module.__doc__ or item.module.__name__).splitlines()[0].rstrip(".")
        broken = call.excinfo.exconly().splitlines()[0][:300] if made.failed else ""
        became = {"place": item.stash[PLACE], "title": title, "rows": report.taken(), "broken": broken}
        made.user_properties.append((FAULT, became))
    return made


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session, exitstatus) -> None:
    """Write FAULTS.md, also when tests failed or the session was cut short; the workers' reports came here.

    Some faults alone do not write it: what it says is said of all.
    """
    config = session.config
    if config.getoption("--go-on") and not hasattr(config, "workerinput"):
        config.stash[PLAYED].write()
        if exitstatus == pytest.ExitCode.OK:
            config.stash[PLAYED].forget()


class Reports:
    """Keeps what the reports tell, wherever the tests were played."""

    def __init__(self, played: Played) -> None:
        self.played = played

    def pytest_runtest_logreport(self, report) -> None:
        """Keep what became of a test."""
        for name, became in report.user_properties:
            if name == FAULT:
                self.played.ended(report.nodeid, became)
