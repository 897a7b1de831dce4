"""What a commit must have to be put on a host."""

from __future__ import annotations

from typing import Any

import pytest

from tasks.console import commands
from tasks.console.errors import Refused
from tasks.preflight.present import target_files, values
from tasks.preflight.present.drift import Drifted
from tasks.tools.compose.images import CommitFiles
from tasks.tools.compose.project import Description
from tests.unit.support.deployment import SERVICES, environment, state
from tests.unit.support.reports import COMMIT


@pytest.fixture
def host(mocker):
    return mocker.Mock(environment=environment())


def found(**values: Any) -> CommitFiles:
    described = Description({"services": SERVICES}, "_", "app")
    return CommitFiles(**{"missing": [], "in_the_way": [], "version": "3.8", "described": described, **values})


def test_a_commit_is_asked_about_unless_that_was_done_before(host):
    host.ask.return_value = found(), Drifted()
    target = target_files.check(host, state(), COMMIT)
    assert (target.version, target.files.lasting) == ("3.8", ["api", "db"])
    assert target_files.check(host, state(), COMMIT, (found(), Drifted())) == target
    assert host.ask.call_count == 1


@pytest.mark.parametrize(
    ("commit", "said"),
    [
        ({"missing": ["a.yml", "b.yml"]}, f"{COMMIT.title} has no a.yml, b.yml (compose.file)."),
        ({"in_the_way": list("abcdef")}, "what only the host has would be overwritten: a, b, c, d, e."),
        ({"described": Description({}, "-", "app", "no such key")}, "compose does not accept its files: no such key."),
        (
            {"described": Description({"services": {"db": {}}}, "-", "app")},
            f"{COMMIT.title} has no service api (backend); it has db.",
        ),
    ],
)
def test_what_makes_it_impossible_is_refused_by_name(host, commit, said):
    with pytest.raises(Refused) as refused:
        target_files.check(host, state(), COMMIT, (found(**commit), Drifted()))
    assert said in commands.render(refused.value.message)


@pytest.mark.parametrize(("changed", "asked"), [([], True), (["app.py"], True), (["sub/docker-compose.yml"], False)])
def test_defaults_are_asked_about_only_where_no_commit_between_has_rewritten_the_files(host, mocker, changed, asked):
    require = mocker.patch.object(values, "require")
    target_files.check(host, state(), COMMIT, (found(changed=changed), Drifted()))
    assert require.call_args.kwargs == {"defaults": asked}
