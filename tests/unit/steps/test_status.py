"""The status is one screen a host, whatever is broken."""

from __future__ import annotations

import pytest

from tasks.preflight.checks import overview
from tasks.preflight.checks.overview import Overview
from tasks.steps import status
from tests.unit.support.scripted import planned


@pytest.mark.parametrize(("well", "hint"), [(True, False), (False, True)])
def test_what_stands_out_leads_to_diagnose(mocker, capsys, well, hint):
    mocker.patch.object(overview, "look", return_value=Overview(host="u@h:22", well=well, lines=[("code", "abc")]))
    planned(mocker, status.status)
    out = capsys.readouterr().out
    assert "code        abc" in out
    assert ("fab diagnose" in out) is hint


def test_as_data_the_lines_are_an_object(mocker, capsys):
    mocker.patch.object(overview, "look", return_value=Overview(host="u@h:22", well=True, lines=[("code", "abc")]))
    planned(mocker, status.status, json=True)
    assert '"code": "abc"' in capsys.readouterr().out
