"""What the tasks on backups plan."""

from __future__ import annotations

import pytest

from tasks.preflight.backups import backup_files as files
from tasks.preflight.stored import DumpReport, StoredReport
from tasks.steps import backups
from tests.unit.support import reports
from tests.unit.support.reports import DATABASE, named
from tests.unit.support.restoring import copy


@pytest.mark.parametrize(("form", "end"), [("custom", ".dump"), ("gz", ".sql.gz"), ("directory", ".dir")])
def test_a_backup_is_written_into_the_folder_of_hosts_yaml_by_its_run(form, end):
    report = DumpReport(**reports.deployment(live=DATABASE, form=form))
    assert report.path == f"backups/d_{reports.RUN[:15]}{end}"
    step = backups.create.step(report)
    assert report.path in step.script
    assert not step.outage


def test_prune_shows_what_goes_and_does_nothing_where_nothing_may_go():
    old = files.Found("backups/d_20250101-000000.dump", 2000, 1, "custom", True, ())
    report = StoredReport(**reports.deployment(live=DATABASE, backups=[old], copies=[copy("new", "1")]))
    plan = backups.prune_plan(report, 1)
    assert named(plan) == ["remove", "drop-copy"]
    assert old.path in plan.steps[0].commands[0]
    nothing = StoredReport(**reports.deployment(live=DATABASE, backups=[], copies=[]))
    assert backups.prune_plan(nothing, 2) is None
