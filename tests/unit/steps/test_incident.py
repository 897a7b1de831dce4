"""The scripts of the incident steps, and what they refuse."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from tasks.config.settings import App, Compose, DatabaseSettings, Environment, HostSettings
from tasks.console.errors import Refused
from tasks.steps import incident

ENVIRONMENT = Environment(
    hosts=[HostSettings(host="shop")],
    app=App(path="it's an app"),
    compose=Compose(),
    database=DatabaseSettings(name="shop", user="u"),
    name="shop",
)


def test_without_an_address_the_key_to_set_is_named():
    c = SimpleNamespace(environment=ENVIRONMENT)
    with pytest.raises(Refused, match=r"environments\.shop: notify"):
        incident.notify.body(c)


def test_a_report_does_not_overwrite_a_file(tmp_path):
    (tmp_path / "r.md").write_text("mine")
    with pytest.raises(Refused, match="there already"):
        incident.report.body(SimpleNamespace(environment=ENVIRONMENT), output=str(tmp_path / "r.md"))
