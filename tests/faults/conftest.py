"""The stage of all faults, and FAULTS.md, written by the run that plays all of them."""

from __future__ import annotations

import pytest

from tests.faults import report
from tests.faults.stage import Stage
from tests.operator import PROJECT, Operator


@pytest.fixture(scope="session")
def stage(hosts, tmp_path_factory, request):
    """One stage for all faults: each one finds v3 deployed and the images of v2 kept."""
    made = Stage(Operator(hosts(), tmp_path_factory.mktemp("faults")))
    yield made
    made.host.reset()
    if request.config.getoption("--all-faults"):
        (PROJECT / "FAULTS.md").write_text(report.render(made.rows))


@pytest.fixture
def ready(stage: Stage) -> Stage:
    """The stage with v3 just deployed."""
    stage.ready()
    return stage


@pytest.fixture
def deployed(stage: Stage) -> Stage:
    """The stage with v3 deployed, as any refused command leaves it."""
    if not (stage.last_run() and stage.as_deployed()):
        stage.ready()
    return stage


def pytest_collection_modifyitems(config, items) -> None:
    """Leave out the long ones unless --all-faults."""
    if config.getoption("--all-faults"):
        return
    skip = pytest.mark.skip(reason="only with --all-faults")
    for item in items:
        if item.get_closest_marker("long"):
            item.add_marker(skip)
