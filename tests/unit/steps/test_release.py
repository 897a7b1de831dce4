"""What is kept of a release before a deployment, and recorded after it."""

from __future__ import annotations

import pytest
from msgspec import structs

from tasks.console.commands import render
from tasks.console.errors import Failed
from tasks.preflight import release_check, releases
from tasks.preflight.history import stats
from tasks.preflight.history.ledger import GOOD as SAID
from tasks.preflight.history.ledger import Entry
from tasks.preflight.release_check import Checked
from tasks.preflight.releases import ReleaseReport
from tasks.ssh.host import Host
from tasks.ssh.probe import nothing
from tasks.steps import release
from tests.unit.support import reports
from tests.unit.support.deployment import GOOD, HEAD
from tests.unit.support.reports import COMMIT, FILES, SAFETY, WANTED, named
from tests.unit.support.scripted import planned


def report(**values) -> ReleaseReport:
    return ReleaseReport(**reports.deployment(commit=COMMIT, wanted=WANTED, images=list(FILES.built), **values))


def test_the_images_that_run_are_kept_and_nothing_leads_back_to_them_alone():
    made = release.begin_plan(report())
    assert (named(made), made.back, made.before) == (["keep"], "", None)
    assert '"event": "begun"' in made.closing


def test_with_a_snapshot_its_data_can_be_come_back_to_by_name():
    made = release.begin_plan(report(safety=SAFETY))
    assert named(made) == ["keep", "snapshot"]
    assert f"undo --run {reports.RUN} --restore-snapshot" in made.back
    assert (made.before.commit, made.before.snapshot) == (HEAD, SAFETY.clone)
    assert f'"snapshot": "{SAFETY.clone}"' in made.closing


def test_a_good_release_is_proven_before_it_is_recorded():
    made = release.record_plan(report(fixes=["b" * 40]))
    assert (made.expect.commit, made.expect.healthy, made.expect.services) == (GOOD, True, FILES.lasting)
    assert '"event": "good"' in made.closing and '"fixes": ["bbbb' in made.closing


def test_the_way_back_is_rehearsed_after_the_proof_and_a_failure_of_it_changes_nothing_of_that():
    before = Entry(event=SAID, commit=HEAD)
    made = release.record_plan(report(migration=reports.migration(), before=before))
    keep, rehearse = made.steps
    assert (keep.after, rehearse.name, rehearse.after, rehearse.preparation) == (False, "rehearse", True, False)
    assert render(rehearse.commands[0]) == f"fab db.rehearse --commit {HEAD[:12]}"
    assert "REHEARSED=$(sed -n 's/^at //p' " in made.closing
    assert named(release.record_plan(report())) == ["keep"]


CHECKED = Checked(commit=GOOD, subject="s", can="without loss", line="it can", revision=["one"], to=["two"])


@pytest.mark.parametrize(
    ("can", "allow", "ends"),
    [
        ("without loss", False, True),
        ("with loss", False, False),
        ("with loss", True, True),
        ("no", False, False),
        ("no", True, False),
    ],
)
def test_a_pipeline_goes_on_where_nothing_would_be_lost_or_loss_is_allowed(mocker, can, allow, ends):
    found = structs.replace(CHECKED, can=can)
    checked = mocker.patch.object(release_check, "check", return_value=found)
    if ends:
        assert planned(mocker, release.check, image=["api=x:1"], allow_loss=allow) is found
    else:
        with pytest.raises(Failed, match="it can"):
            planned(mocker, release.check, allow_loss=allow)
    assert checked.call_args.args[1] == "HEAD"


def test_only_a_snapshot_is_asked_for(mocker):
    carried = mocker.patch.object(release, "carry_out")
    mocker.patch.object(releases, "check_begin", return_value=report())
    mocker.patch.object(releases, "check_record", return_value=report())
    planned(mocker, release.begin)
    planned(mocker, release.begin, snapshot=True)
    planned(mocker, release.record)
    assert [call.args[2].yes for call in carried.call_args_list] == [True, False, True]


def test_the_figures_are_a_table_a_chart_and_what_is_not_known(mocker, capsys):
    known = stats.history([Entry(event=SAID, commit=GOOD, at=1.0, task="release.record")], {})
    mocker.patch.object(stats, "read", return_value=stats.of(known, ["1969-12", "1970-01"]))
    planned(mocker, release.stats, months="2")
    out = capsys.readouterr().out
    assert "failure rate" in out and "1970-01  █ 1" in out and "before 1970-01 nothing is known." in out


def test_the_list_says_what_was_recorded_of_each_release(mocker, capsys):
    known = [Entry(event=SAID, commit=GOOD, subject="a subject", who="ada", machine="laptop", task="release.record")]
    mocker.patch.object(release.ledger, "probe", side_effect=map(nothing, (known, [])))
    mocker.patch.object(Host, "ask", lambda _host, asked: asked.read({}))
    planned(mocker, release.list_)
    assert "ada from laptop (release.record)" in capsys.readouterr().out
    planned(mocker, release.list_)
    assert "fab release.record" in capsys.readouterr().out
