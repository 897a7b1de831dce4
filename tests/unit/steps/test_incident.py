"""The scripts of the incident steps, and what they refuse."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from fabric import Connection
from msgspec import structs

from tasks.config.database_section import DatabaseSettings
from tasks.config.settings import App, Compose, Environment, HostSettings
from tasks.console.commands import HOSTS_FILE, render
from tasks.console.errors import Refused
from tasks.steps import incident
from tests.unit.support import incidents

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


def test_the_file_that_the_environment_stands_in_is_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ROLLBACK_HOSTS_FILE", raising=False)
    shop = "environments: {shop: {hosts: [{host: h}], app: {path: a}, compose: {}}}\n"
    (tmp_path / "hosts.local.yaml").write_text(shop)
    (tmp_path / "hosts.yaml").write_text(shop.replace("shop", "other"))
    for name, file in (("shop", "hosts.local.yaml"), ("other", "hosts.yaml")):
        with pytest.raises(Refused) as refused:
            incident.notify(Connection(name))
        assert refused.value.message.startswith(f"{file}: environments.{name}: notify")
    assert render(f"in {HOSTS_FILE}") == "in hosts.yaml"


def test_a_message_can_be_read_before_it_is_sent(mocker, capsys):
    mocker.patch.object(incident.incidents, "read", return_value=incidents.incident())
    sent = mocker.patch.object(incident.messages, "send")
    c = SimpleNamespace(environment=structs.replace(ENVIRONMENT, notify=["json://x"]))
    assert incident.notify.body(c, message="We are back.", plan=True) == []
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "We are back." and said[1].startswith("shop: no rollback was run.")
    assert said[-1] == "Nothing was sent (--plan). Addresses in hosts.yaml: 1."
    assert not sent.called


def test_the_logs_are_fetched_with_the_lines_to_read_first(mocker, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    files = {"logs/worker.log": b"T ValueError: x\n", "logs/api.log": b"T FATAL: y\n", "logs/cache.log": b"T well\n"}
    mocker.patch.object(incident.incidents, "main_record", return_value=None)
    mocker.patch.object(incident.evidence, "fetch", return_value=files)
    member = SimpleNamespace(address="u@shop:22", host="shop")
    incident.logs.body(SimpleNamespace(environment=ENVIRONMENT, fleet=(member,)))
    assert capsys.readouterr().out.splitlines()[:-1] == [
        "u@shop:22: 3 files, 34 bytes",
        "  read first: logs/worker.log:1: ValueError: x",
        "  read first: logs/api.log:1: FATAL: y",
        "  no error in logs/cache.log",
    ]
    assert {path.name for path in tmp_path.rglob("*.log")} == {"worker.log", "api.log", "cache.log"}


def test_a_report_does_not_overwrite_a_file(tmp_path):
    (tmp_path / "r.md").write_text("mine")
    with pytest.raises(Refused, match="there already"):
        incident.report.body(SimpleNamespace(environment=ENVIRONMENT), output=str(tmp_path / "r.md"))


def test_at_a_terminal_a_report_breaks_between_words_and_never_within_what_is_copied(mocker, capsys):
    mocker.patch.object(incident.incidents, "read", return_value=incidents.incident())
    mocker.patch.object(incident.written, "make")
    prose, command = "nobody was served meanwhile and " * 4, "fab undo --run 20260101-000000-abcdef"
    mocker.patch.object(incident.pages, "markdown", return_value=f"{prose}`{command}` takes it back.")
    mocker.patch.object(incident.console.screen, "width", return_value=60)
    incident.report.body(SimpleNamespace(environment=ENVIRONMENT))
    lines = capsys.readouterr().out.splitlines()
    assert all(len(line) <= 60 for line in lines)
    assert f"`{command}`" in " ".join(lines) and any(command in line for line in lines)
