"""A pytest plugin for the run that plays everything (`make faults`): goes on after a break, and writes FAULTS.md."""

from __future__ import annotations

import pytest

from tests import report
from tests.report import Played

PLAYED, PLACE = pytest.StashKey[Played](), pytest.StashKey[int]()
FAULT = "fault"
KINDS = {"field": "Deployments. "}  # what goes before the title of a folder's files


def pytest_configure(config) -> None:
    """Know what was played before with this code, and keep what is played now."""
    played = config.stash[PLAYED] = Played(config.cache)
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Reports(played))


def pytest_collection_modifyitems(config, items) -> None:
    """Number the tests; leave out those that passed before with this code."""
    for place, item in enumerate(items):
        item.stash[PLACE] = place
    items[:] = [item for item in items if not config.stash[PLAYED].passed(item.nodeid)]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Put what became of a test into its report, once it was played or could not be."""
    made = yield
    if made.when == "call" or (made.failed and made.when == "setup"):
        title = KINDS.get(item.path.parent.name, "") + item.module.__doc__.splitlines()[0].rstrip(".")
        broken = call.excinfo.exconly().splitlines()[0][:300] if made.failed else ""
        became = {"place": item.stash[PLACE], "title": title, "rows": report.taken(), "broken": broken}
        made.user_properties.append((FAULT, became))
    return made


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session, exitstatus) -> None:
    """Write FAULTS.md, also when tests failed or the session was cut short; the workers' reports came here."""
    config = session.config
    if not hasattr(config, "workerinput"):
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
