"""What `-H` means."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from fabric import Config, Connection
from invoke import Context
from msgspec import structs

from tasks.config.database_section import DatabaseSettings
from tasks.config.settings import App, Compose, Environment, HostSettings
from tasks.console.errors import Refused
from tasks.ssh import fleet


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch) -> Path:
    """A hosts.yaml with a pair of hosts, a single one, and one whose variables are set nowhere."""
    (tmp_path / "key").touch()
    common = {"app": {"path": "app"}, "compose": {}}
    hosts = [{"host": "deploy@one:2201", "key": "key", "known_hosts": "known"}, {"host": "two", "user": "root"}]
    environments = {
        "pair": {"hosts": hosts, **common},
        "single": {"hosts": [{"host": "three"}], **common},
        "unset": {"hosts": [{"host": "${NOWHERE}", "key": "${NOWHERE}"}], **common},
    }
    (tmp_path / "hosts.yaml").write_text(yaml.safe_dump({"default": "pair", "environments": environments}))
    monkeypatch.setenv("ROLLBACK_HOSTS_FILE", str(tmp_path / "hosts.yaml"))
    monkeypatch.delenv("ROLLBACK_ENV", raising=False)
    monkeypatch.setattr(fleet, "_known", {})
    return tmp_path


def config(**overrides) -> Config:
    return Config(overrides={"load_ssh_configs": False, **overrides})


def named(host: str, **overrides):
    return fleet.resolve(Connection(host, config=config(**overrides)))


def test_without_h_the_default_environment_is_meant_primary_first():
    host = named(fleet.DEFAULT_HOST)
    assert [h.address for h in host.fleet][0] == "deploy@one:2201"
    assert [h.address for h in host.fleet][1] == "root@two:22"
    assert host.environment.name == "pair"


def test_a_task_is_never_run_on_the_operators_own_machine():
    assert fleet.resolve(Context()).address == "deploy@one:2201"


def test_an_environment_is_meant_by_its_name():
    assert named("single").host == "three"


def test_what_the_host_itself_says_of_login_and_port_counts_before_the_settings_beside_it(folder):
    file = folder / "hosts.yaml"
    settings = yaml.safe_load(file.read_text())
    settings["environments"]["single"]["hosts"] = [{"host": "me@three:2299", "user": "ubuntu", "port": 22}]
    file.write_text(yaml.safe_dump(settings))
    assert named("single").address == "me@three:2299"


def test_rollback_env_names_the_default(monkeypatch):
    monkeypatch.setenv("ROLLBACK_ENV", "single")
    assert named(fleet.DEFAULT_HOST).host == "three"


def test_an_address_is_one_host_with_the_settings_of_the_default_environment(folder):
    host = named("admin@10.0.0.9:2222")
    assert host.address == "admin@10.0.0.9:2222"
    assert host.fleet == (host,)
    assert host.environment.name == "pair"
    assert host.environment.app.path == "app"
    assert host.connect_kwargs["key_filename"] == [str(folder / "key")]
    assert host.known_hosts == (folder / "known",)


def test_an_address_needs_none_of_the_variables_that_the_hosts_of_the_default_need(monkeypatch):
    monkeypatch.setenv("ROLLBACK_ENV", "unset")
    assert named("admin@h").address == "admin@h:22"


def test_one_host_is_one_connection_in_one_process():
    assert named("single") is named("single")
    assert named("a@h:1") is named("a@h:1")
    assert named("a@h:1") is not named("b@h:1")
    host = named("single")
    assert fleet.resolve(host) is host


@pytest.mark.parametrize("address", ["", "-oProxyCommand=x"])
def test_what_can_be_no_address_is_refused(address):
    c = Connection("x", config=config())
    c.host = c.original_host = address
    with pytest.raises(Refused, match="-H: needs"):
        fleet.resolve(c)


def test_fabrics_own_login_settings_are_kept_beside_the_key_of_the_host(folder):
    (folder / "other").touch()
    kwargs = {"passphrase": "p", "key_filename": [str(folder / "other")]}
    host = named("pair", connect_kwargs=kwargs)
    assert host.connect_kwargs["passphrase"] == "p"
    assert host.connect_kwargs["key_filename"] == [str(folder / "other"), str(folder / "key")]
    assert host.fleet[1].connect_kwargs["key_filename"] == [str(folder / "other")]


def test_a_key_that_is_not_there_is_refused_before_anything_connects(folder):
    (folder / "key").unlink()
    with pytest.raises(Refused, match="environments.pair.hosts: key: the key .*/key cannot be read: No such file"):
        named("pair")
    with pytest.raises(Refused, match="-i: the key /nope cannot be read"):
        named("single", authentication={"identities": [Path("/nope")]})


def test_a_host_that_no_hosts_yaml_has_is_reached_without_one(monkeypatch, tmp_path):
    monkeypatch.setenv("ROLLBACK_HOSTS_FILE", str(tmp_path / "missing" / "hosts.yaml"))
    wanted = HostSettings(host="four", user="eve", port=2222, key=str(tmp_path / "key"), known_hosts="/known")
    environment = Environment(name="new", hosts=[wanted], app=App(path="."), compose=Compose())
    host = fleet.unlisted(Connection("ignored", config=config()), environment)
    assert (host.address, host.fleet, host.environment) == ("eve@four:2222", (host,), environment)
    assert (host.connect_kwargs["key_filename"], host.known_hosts) == ([str(tmp_path / "key")], (Path("/known"),))
    assert fleet.unlisted(Context(), environment).host == "four"


@pytest.mark.parametrize("name", ["two", "two:22", "root@two:22"])
def test_a_host_that_is_left_out_is_known_by_any_of_its_names(name):
    host = fleet.without(named("pair"), name)
    assert [h.address for h in host.fleet] == ["deploy@one:2201"]
    assert host.left_out == ("root@two:22",)
    assert len(host.environment.hosts) == 1
    assert named("pair").left_out == () and len(named("pair").fleet) == 2


@pytest.mark.parametrize(
    ("name", "message"),
    [("three", "found 'three'; allowed: deploy@one:2201, root@two:22."), ("one,two", "no host is left.")],
)
def test_what_cannot_be_left_out_is_refused(name, message):
    with pytest.raises(Refused, match=f"--skip-host: {message}"):
        fleet.without(named("pair"), name)


def test_the_first_host_may_be_left_out_only_where_no_database_steps_run_there():
    host = named("pair")
    assert fleet.without(host, "one").address == "root@two:22"
    host.environment = structs.replace(host.environment, database=DatabaseSettings(name="d", user="u"))
    with pytest.raises(Refused, match="the database steps run there"):
        fleet.without(host, "one")


def test_some_hosts_alone_are_a_fleet_of_their_own():
    host = named("pair")
    alone = fleet.only(host, host.fleet[1:])
    assert (alone.address, len(alone.fleet), alone.left_out) == ("root@two:22", 1, ())


@pytest.fixture
def split(folder: Path) -> Path:
    """A fleet in which the second host has the database."""
    file = folder / "hosts.yaml"
    settings = yaml.safe_load(file.read_text())
    one, two = settings["environments"]["pair"]["hosts"]
    settings["environments"]["pair"] |= {
        "hosts": [{**one, "roles": ["frontend"]}, {**two, "roles": ["backend", "database"]}],
        "compose": {"services": {"frontend": "web", "backend": "app", "database": "db"}},
        "database": {"name": "d", "user": "u"},
    }
    file.write_text(yaml.safe_dump(settings))
    return file


def test_the_host_with_the_database_is_the_primary_wherever_it_stands(split):
    host = named("pair")
    assert [member.address for member in host.fleet] == ["root@two:22", "deploy@one:2201"]
    assert [member.position for member in host.fleet] == [1, 0]
    assert [member.environment.elsewhere for member in host.fleet] == [["web"], ["app", "db"]]
    assert [bool(member.environment.database) for member in host.fleet] == [True, False]


def test_some_hosts_alone_keep_their_roles(split):
    host = named("pair")
    alone = fleet.only(host, host.fleet[1:])
    assert (alone.address, alone.environment.elsewhere) == ("deploy@one:2201", ["app", "db"])
    assert fleet.only(alone, alone.fleet).shared.database


def test_an_address_that_is_listed_keeps_its_roles(split):
    assert named("deploy@one:2201").environment.elsewhere == ["app", "db"]
    assert named("root@two").environment.elsewhere == ["web"]
    assert named("root@two:2222").environment.elsewhere == []


def test_every_script_on_a_host_is_told_what_others_run(split):
    host = named("deploy@one:2201")
    assert host._whole("true") == "export FAB_ELSEWHERE='app db'\ntrue"
    assert named("single")._whole("true") == "true"
