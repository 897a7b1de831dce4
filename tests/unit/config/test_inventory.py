"""hosts.yaml: every mistake is one line with file, key, what was found and what is allowed."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from tasks.config import inventory
from tasks.config.around import Notices
from tasks.console.commands import fab
from tasks.console.errors import Refused

GOOD = {
    "default": "production",
    "environments": {
        "production": {
            "hosts": [{"host": "${HOST}", "port": "${PORT:-22}", "key": "${KEY:-}"}],
            "app": {"path": "app"},
            "compose": {"file": "a.yml", "services": {"backend": "app", "database": "db"}},
            "database": {"name": "d", "user": "u", "alembic": {"service": "app"}},
            "health": {"urls": ["http://127.0.0.1/"], "timeout": 60},
            "notify": ["${NOTIFY:-}"],
        },
        "staging": {
            "hosts": [{"host": "${STAGING}", "port": "${STAGING_PORT}"}],
            "app": {"path": "app"},
            "compose": {},
        },
    },
}


@pytest.fixture
def write(tmp_path: Path, monkeypatch):
    """Write hosts.yaml, changed at dotted paths (None removes), and an .env."""
    monkeypatch.setenv("ROLLBACK_HOSTS_FILE", str(tmp_path / "hosts.yaml"))
    for name in ("ROLLBACK_ENV", "HOST", "PORT", "KEY", "NOTIFY", "STAGING", "STAGING_PORT"):
        monkeypatch.delenv(name, raising=False)

    def write(env: str = "HOST=example\n", **changes: Any) -> Path:
        data = copy.deepcopy(GOOD)
        for place, value in changes.items():
            *parents, last = (int(k) if k.isdigit() else k for k in place.split("__"))
            inner: Any = data
            for key in parents:
                inner = inner[key]
            if value is None:
                del inner[last]
            else:
                inner[last] = value
        (tmp_path / ".env").write_text(env)
        (tmp_path / "hosts.yaml").write_text(yaml.safe_dump(data))
        return tmp_path / "hosts.yaml"

    return write


def refusal(name: str = "production") -> str:
    """The one line that `load` ends with."""
    with pytest.raises(Refused) as refused:
        inventory.load(name)
    assert "\n" not in refused.value.message
    assert refused.value.message.startswith("hosts.yaml: ")
    return refused.value.message


def test_a_good_file_becomes_settings_with_their_defaults(write):
    write()
    found = inventory.load("production")
    assert (found.name, found.hosts[0].host, found.hosts[0].port) == ("production", "example", 22)
    assert (found.app.branch, found.compose.command, found.compose.files) == ("main", "auto", ["a.yml"])
    assert found.notices == Notices()
    assert (found.service("backend"), found.service("worker")) == ("app", None)
    assert inventory.names() == ["production", "staging"]


P = "environments__production__"


def test_hooks_are_one_command_or_before_a_playbook_a_pair(write):
    write(**{f"{P}hooks": {"before": [{"on": "a", "off": "b"}, {"run": "c"}], "after": [{"run": "d"}]}})
    assert [hook.run for hook in inventory.load("production").hooks.before] == ["", "c"]


def test_objectives_are_durations(write):
    write(**{f"{P}objectives": {"rto": "10m", "rpo": "24h"}})
    found = inventory.load("production").objectives
    assert (found.rto, found.rpo) == ("10m", "24h")


def test_production_is_what_is_meant_without_a_name_or_what_is_called_so(write):
    write()
    assert inventory.is_production("production") and inventory.is_production("Prod")
    assert not inventory.is_production("staging")
    write(default="staging")
    assert inventory.is_production("staging")


MISTAKES = [
    (f"{P}objectives", {"rto": "ten"}, "objectives.rto: found 'ten'; allowed: seconds, minutes, hours or days, as in"),
    (
        f"{P}app__pth",
        "x",
        "environments.production.app: unknown key 'pth', did you mean 'path'?; allowed: path, branch",
    ),
    (f"{P}healt", {}, "environments.production: unknown key 'healt', did you mean 'health'?"),
    (f"{P}name", "x", "environments.production: unknown key 'name'"),
    (f"{P}app__path", None, "environments.production.app: the key 'path' is missing; allowed: path, branch"),
    (f"{P}app__path", "", "environments.production.app.path: found ''; allowed: text"),
    (f"{P}app__branch", "-b", "environments.production.app.branch: found '-b'; allowed: text on one line"),
    (f"{P}app__branch", "a\nb", "environments.production.app.branch: found 'a\\nb'; allowed: text on one line"),
    (f"{P}app", [], "environments.production.app: found an empty list; allowed: a mapping"),
    (f"{P}hosts", [], "environments.production.hosts: found an empty list; allowed: a list that is not empty"),
    (f"{P}hosts__0__port", 0, "hosts[0].port: found 0; allowed: a whole number >= 1."),
    (f"{P}hosts__0__port", 65536, "hosts[0].port: found 65536; allowed: a whole number <= 65535."),
    (f"{P}hosts__0", 3, "hosts[0]: found 3; allowed: a mapping."),
    (f"{P}hosts__0__hst", "h", "hosts[0]: unknown key 'hst', did you mean 'host'?"),
    (f"{P}hosts__0__port", "ssh", "hosts[0].port: found 'ssh'; allowed: a whole number."),
    (f"{P}hosts__0__host", 7, "hosts[0].host: found 7; allowed: text"),
    (f"{P}compose__file", [], "compose.file: found an empty list; allowed: a list that is not empty"),
    (f"{P}compose__file", [3], "compose.file[0]: found 3; allowed: text"),
    (f"{P}compose__project", "The Shop", "compose.project: found 'The Shop'; allowed: the name of a compose project"),
    (f"{P}compose__env_file", [], "compose.env_file: found an empty list; allowed: a list that is not empty"),
    (
        f"{P}compose__command",
        "podman",
        "compose.command: found 'podman'; allowed: auto, docker-compose or",
    ),
    (f"{P}compose__services__backend", "a b", "compose.services.backend: found 'a b'; allowed: the name of a compose"),
    (f"{P}compose__services", {1: "a"}, "compose.services: a key is not text; allowed: text"),
    (f"{P}compose__services__backend", ["a"], "compose.services: found a mapping; allowed: text."),
    (f"{P}compose__services__database", None, "compose.services: the key 'database' is missing"),
    (f"{P}database__address", "db host", "database.address: found 'db host'; allowed: HOST, HOST:PORT, or the folder"),
    (f"{P}database__address", "db", "database: the server has more than one place; allowed: one of compose.services."),
    (f"{P}database__client", "postgres", "database.client: it is for a database with an address only"),
    (f"{P}database__alembic", {}, "database.alembic: the key 'service' is missing"),
    (f"{P}health__urls", ["ftp://x"], "health.urls[0]: found 'ftp://x'; allowed: an http:// or https:// address"),
    (f"{P}health__urls", [3], "health.urls[0]: found 3; allowed: text or a mapping."),
    (f"{P}health__urls", [{"host": "h"}], "health.urls[0]: the key 'url' is missing; allowed: url, host, insecure,"),
    (f"{P}health__urls", [{"url": "http://h", "hots": 1}], "health.urls[0]: unknown key 'hots', did you mean 'host'?"),
    (f"{P}health__urls", [{"url": "http://h", "status": 99}], "health.urls[0].status: found 99; allowed: a whole"),
    (
        f"{P}hooks",
        {"after": [{"on": "a", "off": "b"}]},
        "hooks.after[0]: it is not one command; allowed: the key run (a",
    ),
    (
        f"{P}hooks",
        {"before": [{"on": "a"}]},
        "hooks.before[0]: it is not one command; allowed: the key run, or the two",
    ),
    (
        f"{P}hooks",
        {"before": [{"run": "a", "off": "b"}]},
        "hooks.before[0]: it is not one command; allowed: the key run",
    ),
    (f"{P}hooks", {"before": [{"run": "a", "where": "x"}]}, "before[0].where: found 'x'; allowed: host or local"),
    (f"{P}orchestrator", "nomad", "orchestrator: found 'nomad'; allowed: compose or swarm"),
    (f"{P}orchestrator", "swarm", "environments.production: the key 'stack' is missing; with orchestrator: swarm"),
    (f"{P}stack", "shop", "stack: it is for orchestrator: swarm only"),
    (f"{P}health__timeout", 0, "health.timeout: found 0; allowed: a whole number >= 1"),
    (f"{P}app__path", "${APP", "app.path: found '${APP'; allowed: ${NAME} or ${NAME:-default}"),
    (
        "environments__staging__compose__fil",
        "x",
        "environments.staging.compose: unknown key 'fil', did you mean 'file'?",
    ),
    ("environments__staging__app", None, "environments.staging: the key 'app' is missing"),
    ("environments", {}, "environments: found an empty mapping; allowed: a mapping that is not empty"),
    ("environments__production", None, "default: found 'production'; allowed: staging"),
    ("environments__a b", {}, "environments: found the name 'a b'; allowed: letters"),
    ("environments__staging", 3, "environments.staging: found 3; allowed: a mapping"),
    ("defaul", "x", "the file: unknown key 'defaul', did you mean 'default'?"),
    ("default", "prodution", "default: found 'prodution', did you mean 'production'?; allowed: production, staging"),
]


@pytest.mark.parametrize(("place", "value", "line"), MISTAKES)
def test_a_mistake_is_named_with_its_place_and_what_is_allowed(write, place, value, line):
    write(**{place: value})
    assert line in refusal()


@pytest.mark.parametrize(
    ("place", "value", "line"),
    [
        ("compose__file", None, "production.compose: the key 'file' is missing; with orchestrator: swarm it is needed"),
        ("hosts", [{"host": "a"}, {"host": "b", "roles": ["x"]}], "hosts[1].roles: with orchestrator: swarm it says"),
        ("compose__project", "shop", "compose.project: with orchestrator: swarm it says nothing; allowed: to leave"),
        ("compose__profiles", ["a"], "compose.profiles: with orchestrator: swarm it says nothing"),
        ("rolling", 1, "rolling: with orchestrator: swarm it says nothing"),
        ("compose__grace", 20, "compose.grace: with orchestrator: swarm it says nothing"),
    ],
)
def test_what_a_swarm_would_not_obey_is_refused(write, place, value, line):
    swarm = {f"{P}orchestrator": "swarm", f"{P}stack": "shop", f"{P}compose__file": "stack.yml"}
    write(**swarm)
    assert inventory.load("production").stack == "shop"
    write(**{**swarm, f"{P}{place}": value})
    assert line in refusal()


def test_a_value_is_shown_up_to_a_length_that_can_be_read(write):
    write(**{f"{P}app__branch": "-" + "x" * 77})
    assert f"found '-{'x' * 77}'; allowed" in refusal()
    write(**{f"{P}app__branch": "-" + "x" * 78})
    assert f"found '-{'x' * 78}...; allowed" in refusal()


def test_nothing_and_a_mapping_are_shown_in_words(write):
    write(**{f"{P}app__path": {"a": 1}, f"{P}notify": [None]})
    assert "app.path: found a mapping; allowed: text." in refusal()
    write(**{f"{P}notify": [None]})
    assert "notify[0]: found nothing; allowed: text." in refusal()
    write(**{f"{P}app__path": {}})
    assert "app.path: found an empty mapping; allowed: text." in refusal()
    write(**{f"{P}app__path": ["a"]})
    assert "app.path: found a list; allowed: text." in refusal()


def test_who_is_told_of_what_may_be_a_mapping_whose_on_is_no_boolean(write):
    place = write(**{f"{P}notify": "HERE"})
    told = "{addresses: ['json://h', '${NOTIFY:-}'], on: [start, failure]}"
    place.write_text(place.read_text().replace("HERE", told))
    found = inventory.load("production").notices
    assert (found.addresses, found.on) == (["json://h"], ["start", "failure"])
    write(**{f"{P}notify": {"addresses": [], "on": ["begin"]}})
    assert "notify.on[0]: found 'begin'; allowed: start, success or failure." in refusal()
    write(**{f"{P}notify": {"adresses": []}})
    assert "notify: unknown key 'adresses', did you mean 'addresses'?; allowed: addresses, on" in refusal()
    write(**{f"{P}notify": "json://h"})
    assert "notify: found 'json://h'; allowed: a mapping or a list." in refusal()


def test_two_hosts_of_one_address_are_one_too_many(write):
    write(environments__production__hosts=[{"host": "a"}, {"host": "a"}])
    assert "the host 'a' stands twice" in refusal()


@pytest.mark.parametrize("text", ["a: 1\na: 2\n", "x: {b: 1, b: 2}\n", "{", "\t", "a: b: c", "&a [*a]"])
def test_what_is_not_a_clear_yaml_file_is_refused_with_the_line(write, text):
    write().write_text(text)
    assert refusal()


def test_a_key_that_stands_twice_is_named(write):
    write().write_text("default: a\ndefault: b\n")
    assert "the key 'default' stands twice" in refusal()


def test_a_merged_key_may_be_overridden(write):
    write().write_text(
        "environments:\n  a: &a {hosts: [{host: h}], app: {path: x}, compose: {}}\n  b: {<<: *a, app: {path: y}}\n"
    )
    assert inventory.load("b").app.path == "y"


def test_an_unset_variable_of_the_environment_in_use_is_named_with_the_file_to_set_it_in(write, tmp_path):
    write(env="")
    assert refusal() == (
        "hosts.yaml: environments.production.hosts[0].host: the variable HOST is not set."
        f" Set it in {tmp_path / '.env'} (see .env.example), let {fab('init USER@HOST')} describe your host"
        " or, to try without a host of your own: make sandbox && fab -H sandbox status. Nothing was changed."
    )


def test_an_unset_variable_of_another_environment_does_not_count(write):
    write()
    assert inventory.load("production").hosts[0].host == "example"


def test_a_mistake_beside_an_unset_variable_of_another_environment_is_still_found(write):
    write(environments__staging__health={"urls": ["${URL}"], "timeout": "soon"})
    assert "environments.staging.health.timeout: found 'soon'" in refusal()


@pytest.mark.parametrize("services", [{"backend": "${SERVICE}"}, {"backend": "a-${SERVICE}"}])
def test_nor_does_one_that_names_a_service_of_another_environment(write, services):
    write(environments__staging__compose={"services": services})
    assert inventory.load("production").name == "production"


def test_what_is_no_variable_is_a_mistake_in_every_environment(write):
    write(environments__staging__app={"path": "${APP"})
    assert "environments.staging.app.path: found '${APP'; allowed: ${NAME}" in refusal()


def test_without_its_hosts_an_environment_needs_no_variable_of_them(write):
    write(env="")
    assert inventory.load("production", hosts=False).app.path == "app"


@pytest.mark.parametrize("key", ["app__path", "compose__command", "hosts__0__port", "health__urls"])
def test_the_value_of_a_variable_never_stands_in_an_error(write, key):
    value = ["${SECRET}"] if key == "health__urls" else "${SECRET}"
    write(env="HOST=x\nSECRET=-gehe1m\n", **{P + key: value})
    line = refusal()
    assert "gehe1m" not in line
    assert "${SECRET}" in line


def test_the_default_is_named_by_the_environment_then_by_the_file(write, monkeypatch):
    write()
    assert inventory.default_name() == "production"
    monkeypatch.setenv("ROLLBACK_ENV", "staging")
    assert inventory.default_name() == "staging"
    monkeypatch.setenv("ROLLBACK_ENV", "stagin")
    with pytest.raises(Refused, match="ROLLBACK_ENV: found 'stagin', did you mean 'staging'"):
        inventory.default_name()


def test_without_a_default_the_only_environment_is_meant(write):
    write(default=None, environments__staging=None)
    assert inventory.default_name() == "production"


def test_without_a_default_several_environments_are_a_question(write):
    write(default=None)
    with pytest.raises(Refused, match="allowed: production, staging"):
        inventory.default_name()


def test_an_unknown_environment_is_answered_with_the_nearest(write):
    write()
    assert "found 'stagin', did you mean 'staging'?" in refusal("stagin")


def test_a_file_that_is_not_there_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("ROLLBACK_HOSTS_FILE", str(tmp_path / "nope.yaml"))
    with pytest.raises(Refused, match="nope.yaml: cannot be read"):
        inventory.names()


def test_the_nearest_file_above_the_folder_is_used(write, tmp_path, monkeypatch):
    write()
    monkeypatch.delenv("ROLLBACK_HOSTS_FILE")
    (tmp_path / "a" / "b").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "a" / "b")
    assert inventory.locate() == tmp_path / "hosts.yaml"


def local(write, **changes: Any) -> None:
    """Write hosts.yaml, and a hosts.local.yaml beside it that says otherwise."""
    folder = write().parent
    own = {"environments": {"production": {**GOOD["environments"]["staging"], "hosts": [{"host": "own"}]}}, **changes}
    (folder / "hosts.local.yaml").write_text(yaml.safe_dump(own))


@pytest.fixture
def unnamed(tmp_path, monkeypatch, write):
    """Stand where hosts.yaml is, and name none."""
    monkeypatch.delenv("ROLLBACK_HOSTS_FILE")
    monkeypatch.chdir(tmp_path)


def test_an_environment_of_the_operators_own_file_comes_before_one_of_the_other(write, unnamed):
    local(write)
    assert (inventory.names(), inventory.default_name()) == (["production", "staging"], "production")
    assert inventory.load("production").hosts[0].host == "own"
    found = [inventory.file_of(name).name for name in ("production", "staging", "of none")]
    assert found == ["hosts.local.yaml", "hosts.yaml", "hosts.yaml"]


def test_the_default_of_the_operators_own_file_may_be_one_of_the_other(write, unnamed):
    local(write, default="staging")
    assert inventory.default_name() == "staging"


def test_a_mistake_in_the_operators_own_file_names_that(write, unnamed):
    local(write, environments={"own": {"app": {"path": "x"}}})
    with pytest.raises(Refused, match=r"hosts\.local\.yaml: environments\.own: the key 'hosts' is missing"):
        inventory.load("production")


def test_a_file_that_is_named_is_the_only_one(write):
    local(write)
    assert inventory.load("production").hosts[0].host == "example"
