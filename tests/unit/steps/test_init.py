"""A host written down: what is asked before, what is written, and what is said."""

from __future__ import annotations

import json
import stat

import pytest
from fabric import Config
from invoke import Context

from tasks.config import hostsfile, inventory
from tasks.console import terminal
from tasks.console.errors import Refused
from tasks.preflight.discovery import survey
from tasks.preflight.needs import gathering
from tasks.preflight.needs.need import Need
from tasks.ssh import fleet
from tasks.steps import init as steps
from tests.unit.preflight.discovery.test_draft import survey as told
from tests.unit.preflight.discovery.test_survey import LAND
from tests.unit.support.scripted import Scripted
from tests.unit.test_documents import valid

NEXT = ["fab check", "fab status"]


@pytest.fixture
def look(tmp_path, monkeypatch):
    """Type `init` in an empty folder; `reached` holds how the host was reached."""
    reached = []

    def unlisted(_c, environment):
        reached.append(environment.hosts[0])
        return Scripted()

    monkeypatch.setenv("ROLLBACK_HOSTS_FILE", "")  # what the task sets goes afterwards
    monkeypatch.delenv("ROLLBACK_HOSTS_FILE")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(fleet, "unlisted", unlisted)
    monkeypatch.setattr(gathering, "judged", lambda _host, _told: [Need("missing", "behind", "ntpdate", "clock")])
    monkeypatch.setattr(survey, "land", lambda _host: LAND)
    monkeypatch.setattr(survey, "look", lambda _host, _seen, _name: told())

    def init(host="ubuntu@203.0.113.7", **options):
        steps.init(Context(), host=host, **options)
        return reached[-1] if reached else None

    return init


def test_a_host_becomes_a_file_that_the_other_tasks_read(look, tmp_path):
    reach = look("ubuntu@203.0.113.7:2222", key="id")
    assert (reach.host, reach.user, reach.port, reach.key) == ("203.0.113.7", "ubuntu", 2222, str(tmp_path / "id"))
    known = inventory.load(inventory.default_name())
    assert (known.name, known.app.path, known.hosts[0]) == ("production", "shop", reach)
    assert {one.name for one in tmp_path.iterdir()} == {"hosts.yaml", ".env.example"}
    assert stat.S_IMODE((tmp_path / "hosts.yaml").stat().st_mode) == 0o600
    assert "#PRODUCTION_PORT=2222\n" in (tmp_path / ".env.example").read_text()


def test_a_key_that_fabrics_own_option_named_is_written_down(tmp_path):
    config = Config(overrides={"connect_kwargs": {"key_filename": [str(tmp_path / "id")]}})
    assert steps._identity(Context(config)) == str(tmp_path / "id")
    assert steps._identity(Context()) is None


def test_a_second_environment_stands_beside_the_first_and_is_named_in_what_is_next(look, capsys):
    look()
    first = (hostsfile.to_write()).read_text()
    capsys.readouterr()
    look("eve@h", name="staging")
    assert (inventory.names(), inventory.default_name()) == (["production", "staging"], "production")
    assert hostsfile.to_write().read_text().startswith(first)
    assert "fab -H staging status" in capsys.readouterr().out


def test_every_guess_is_said_with_its_reason_and_what_is_open_as_well(look, capsys):
    look()
    said = capsys.readouterr().out
    assert said.startswith("production: u@h:22, ")
    assert "config alembic.ini" in said and "${" not in said
    assert "! compose.services.frontend: fill in, if one serves pages" in said
    assert f"Next: {', '.join(NEXT)}" in said
    assert "missing   clock" in said and "next: ntpdate" in said


ILL = Need("doubtful", "http://h: 500: the application is not well", "fab diagnose", "health")


def test_of_what_will_be_needed_only_what_is_not_there_is_told_and_that_it_is_ill_comes_last(look, monkeypatch, capsys):
    doubts = [Need("doubtful", "f", "vi hosts.yaml", name) for name in ("backup", "notification")]
    well = [Need("ok", "Docker 28", name="engine")] * 2
    monkeypatch.setattr(gathering, "judged", lambda _host, _told: [ILL, *well, *doubts])
    look()
    assert capsys.readouterr().out.splitlines()[-5:] == [
        "What a rollback and a restore will need: 3 doubtful, 2 ok.",
        "doubtful  backup, notification vi hosts.yaml",
        f"Next: {', '.join(NEXT)}",
        "! health: http://h: 500: the application is not well",
        "  next: fab diagnose",
    ]


@pytest.mark.parametrize(
    ("reason", "option"),
    [
        ("login refused: check user and key", "If another key opens it: --key FILE."),
        ("a key has a passphrase, which was not given", "If another key opens it: --key FILE."),
        ("Invalid key, or not its passphrase", "If another key opens it: --key FILE."),
        ("no host key is recorded for h", "If another file records it: --known-hosts FILE."),
    ],
)
def test_a_host_that_refuses_is_told_with_the_option_that_may_cure_it(look, monkeypatch, reason, option):
    def land(_host):
        raise Refused(f"u@h:22: {reason}.")

    monkeypatch.setattr(survey, "land", land)
    with pytest.raises(Refused) as refused:
        look()
    assert str(refused.value) == f"u@h:22: {reason}. Nothing was changed. {option}"


def test_another_refusal_stays_as_it_is(look, monkeypatch):
    monkeypatch.setattr(survey, "land", lambda _host: (_ for _ in ()).throw(Refused("no Docker.")))
    with pytest.raises(Refused, match=r"^no Docker\. Nothing was changed\.$"):
        look()


def test_as_json_it_is_one_document(look, capsys):
    look(json=True)
    found = valid("init", json.loads(capsys.readouterr().out))
    assert (found["environment"], found["next"]) == ("production", NEXT)
    assert {"place": "app.path", "value": "shop", "why": "compose works in it", "open": False} in found["lines"]


def test_a_file_that_would_not_be_found_is_named_in_what_is_next(look, tmp_path, capsys):
    look(output="elsewhere.yaml")
    assert f"Next: export ROLLBACK_HOSTS_FILE={tmp_path}/elsewhere.yaml, {NEXT[0]}" in capsys.readouterr().out


def test_an_environment_is_replaced_only_when_that_was_said(look, monkeypatch):
    look()
    with pytest.raises(Refused, match="has an environment 'production' already"):
        look()
    monkeypatch.setattr(terminal, "interactive", lambda: False)
    with pytest.raises(Refused, match=r"Write the environment production of .* anew\? Nobody can be asked"):
        look(replace=True)
    assert look("eve@other", replace=True, yes=True).host == "other"
    assert inventory.load("production").hosts[0].host == "other"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"host": None}, r"Which host\? .*init USER@HOST.*, as ssh reaches it\."),
        ({"host": "-x"}, "starts with a dash"),
        ({"host": "h", "name": "a b"}, "--name: 'a b' is none; allowed"),
        ({"host": "h:0"}, "h:0: allowed: a whole number >= 1"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_looked_at(look, tmp_path, options, said):
    with pytest.raises(Refused, match=said):
        look(**options)
    assert list(tmp_path.iterdir()) == []


def test_the_schema_needs_no_host(look, capsys):
    look(None, schema=True)
    assert valid("init", json.loads(capsys.readouterr().out))["title"] == "hosts.yaml of fab-rollback"


def test_what_a_host_cannot_be_asked_for_is_not_written(look, tmp_path, monkeypatch):
    monkeypatch.setattr(survey, "look", lambda *_: told(path="-x"))
    with pytest.raises(Refused, match=r"hosts\.yaml: environments\.production\.app\.path: found '-x'"):
        look()
    assert list(tmp_path.iterdir()) == []
