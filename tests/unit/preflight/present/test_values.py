"""Values that the deploy script knows and the host does not: nothing is started without them."""

from __future__ import annotations

import pytest

from tasks.console.errors import Refused
from tasks.engine.told import Drift
from tasks.preflight.present import values
from tasks.preflight.present.drift import Drifted
from tasks.tools.compose.project import Description
from tests.unit.support.scripted import Scripted

V1 = "The KEY variable is not set. Defaulting to a blank string.\n"
V2 = 'time="2025" level=warning msg="The \\"KEY\\" variable is not set. Defaulting to a blank string."\n'
TEMPLATES = """
services:
  app: {environment: {URL: "db://shop:${KEY}@db", MODE: fast, OTHER: $OTHER}, ports: ["${KEY:-}:80"], command: serve}
"""
URL, MODE = Drift("app", "environment", ["MODE", "URL"]), Drift("app", "environment", ["MODE"])


def described(warnings: str = "", **environment: str | None) -> Description:
    return Description({"services": {"app": {"environment": environment}}}, "-", "app", warnings=warnings)


def host(templates: str = TEMPLATES) -> Scripted:
    return Scripted().replies(lambda _name: templates)


@pytest.mark.parametrize("warning", [V1, V2])
@pytest.mark.parametrize("drift", [URL, Drift("app", "ports", ["80/tcp"]), Drift("app", "settings")])
def test_drift_that_comes_of_a_variable_without_a_value_is_refused_by_its_name(warning, drift):
    with pytest.raises(Refused, match=r"KEY: app would .*; write it into \.env on the host, or .*compose\.env_file"):
        values.require(host(), described(warning), Drifted([drift]))


@pytest.mark.parametrize("drift", [MODE, Drift("app", "command"), Drift("app", "environment", ["OTHER"])])
def test_drift_that_loses_nothing_is_no_reason(drift):
    values.require(host(), described(V1), Drifted([drift]))


def test_where_compose_cannot_say_what_it_makes_of_a_variable_it_may_be_all():
    with pytest.raises(Refused, match="no value for KEY"):
        values.require(host(""), described(V1), Drifted([MODE]))


@pytest.mark.parametrize("blank", ["", None])
def test_a_value_that_would_be_blank_is_refused_though_compose_does_not_warn(blank):
    with pytest.raises(Refused, match="no value for SECRET: app would"):
        values.require(Scripted(), described(SECRET=blank), Drifted([], [("app", "SECRET")]))


@pytest.mark.parametrize("environment", [{"SECRET": "there"}, {}])
def test_a_commit_that_has_the_value_or_no_need_of_it_is_no_reason(environment):
    values.require(Scripted(), described(**environment), Drifted([], [("app", "SECRET"), ("gone", "SECRET")]))


def test_where_nothing_is_blank_nothing_is_asked():
    values.require(Scripted(), described("something else"), Drifted([URL]))
    values.require(Scripted(), described(V1), Drifted())
