"""The status is one screen a host, whatever is broken."""

from __future__ import annotations

import pytest

from tasks.console.errors import ConnectionLost
from tasks.preflight.checks import mix, overview
from tasks.preflight.checks.facts import Facts
from tasks.preflight.checks.overview import Overview
from tasks.steps import status
from tests.unit.support.deployment import container
from tests.unit.support.playing import fleet
from tests.unit.support.scripted import planned


@pytest.mark.parametrize(("well", "hint"), [(True, False), (False, True)])
def test_what_stands_out_leads_to_diagnose(mocker, capsys, well, hint):
    mocker.patch.object(overview, "look", return_value=Overview(host="u@h:22", well=well, lines=[("code", "abc")]))
    planned(mocker, status.status)
    out = capsys.readouterr().out
    assert "code        abc" in out
    assert ("fab diagnose" in out) is hint


def test_the_last_line_says_who_stands_where_and_nobody_is_sent_to_look_at_a_host_that_is_gone(mocker, capsys):
    there, away = fleet("a", "b")
    mocker.patch.object(overview, "look", side_effect=lambda m: _look(m, away))
    status.status(there)
    *_rest, hint, last = capsys.readouterr().out.splitlines()
    assert last == f"MIXED: a: {'a' * 12} (s); u@b:22: cannot be reached"
    assert hint == "Something is wrong: a host cannot be reached."


def test_as_data_the_lines_are_an_object(mocker, capsys):
    mocker.patch.object(overview, "look", return_value=Overview(host="u@h:22", well=True, lines=[("code", "abc")]))
    planned(mocker, status.status, json=True)
    assert '"code": "abc"' in capsys.readouterr().out


def seen(name: str, commit: str = "a" * 40, **values) -> Overview:
    return Overview(host=name, well=True, facts=Facts(commit=commit, subject="s", **values))


STOPPED = [container("api", status="exited", exit_code=1)]


@pytest.mark.parametrize(
    ("found", "line"),
    [
        ([seen("a")], ""),
        ([seen("a"), seen("b")], ""),
        ([seen("a"), seen("b", "b" * 40), seen("c")], f"a, c: {'a' * 12} (s); b: {'b' * 12} (s)"),
        ([seen("a"), seen("b", containers=STOPPED)], f"a: {'a' * 12} (s); b: {'a' * 12} (s), api exited"),
    ],
)
def test_hosts_that_do_not_stand_at_the_same_are_named_in_one_line(found, line):
    assert mix.told(found) == line


def test_a_host_that_cannot_be_reached_has_its_line_beside_the_others(mocker):
    there, away = fleet("a", "b")
    mocker.patch.object(overview, "look", side_effect=lambda m: _look(m, away))
    found = mix.look([there, away])
    assert found[1].lines == [("host", "cannot be reached: no route")] and not found[1].well
    assert mix.told(found) == f"a: {'a' * 12} (s); u@b:22: cannot be reached"
    with pytest.raises(ConnectionLost):
        mix.look([away])


def _look(member, away) -> Overview:
    if member is away:
        raise ConnectionLost("no route")
    return seen("a")
