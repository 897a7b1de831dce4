"""What the copy beside is told: which images, which names, and what is asked inside."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace

import pytest
from msgspec import structs

from tasks.config.settings import Address
from tasks.console.errors import Refused
from tasks.tools.alembic import beside
from tasks.tools.alembic.beside import Stack
from tasks.tools.alembic.schema_change import SchemaChange
from tasks.tools.compose.images import Target
from tasks.tools.compose.project import Project
from tasks.tools.postgres.changes import Restore
from tests.unit.support.deployment import GOOD, environment
from tests.unit.support.reports import DATABASE
from tests.unit.support.restoring import BACKUP, SECTION
from tests.unit.support.stage import Stage

SERVICES = {
    "api": {
        "ports": [{"target": 8000, "published": "80", "host_ip": "127.0.0.1"}],
        "container_name": "shop_api",
        "networks": {"front": {"aliases": ["backend"]}, "back": None},
    },
    "web": {"ports": ["8443:443"]},
}
HEALTH = Address(url="http://127.0.0.1/health?x=1")
SECURE = Address(url="https://u:p@shop.example:8443/", host="shop.example", status=204)
ELSEWHERE = Address(url="http://other.example:9000/")


def told(change: SchemaChange | None = None) -> dict[str, str]:
    """Return the variables of the call."""
    asked = beside.asked([HEALTH, SECURE], SERVICES)
    wanted = Target(Project(name="shop", services=SERVICES), version="3.8")
    stack = Stack(commit=GOOD, wanted=wanted, images={"api": "api:kept"}, asked=asked)
    restored = Restore(BACKUP, "r", work="w", section=SECTION)
    words = shlex.split(beside.call(environment(), DATABASE, restored, stack, change, "image-now"))
    known = dict(word.split("=", 1) for word in words[: words.index("sh")])
    return known | {"MOVES": " ".join(words[words.index("sh") + 2 :])}


def test_an_address_leads_to_the_service_that_publishes_its_port():
    found = beside.asked([HEALTH, SECURE, ELSEWHERE], SERVICES)
    assert found == {HEALTH: ("api", 8000), SECURE: ("web", 443)}


def test_it_is_asked_inside_by_its_own_name_and_no_certificate_has_to_fit():
    plain, secure = (line.split("\x1f") for line in told()["ASKED"].split("\n"))
    assert plain == ["200", "http://", "api", "8000", "/health?x=1", "127.0.0.1", "", ""]
    assert secure == ["204", "https://u:p@", "web", "443", "/", "shop.example", "insecure", ""]


def test_each_service_has_its_kept_image_and_answers_to_all_its_names():
    found = json.loads(told()["CHOSEN"])
    assert found["version"] == "3.8"
    assert found["services"]["api"] == {
        "image": "api:kept",
        "networks": {"default": {"aliases": ["shop_api", "backend"]}},
    }
    assert told()["STARTED"] == "api api:kept"


def test_a_service_that_is_not_started_has_an_image_as_well_or_compose_would_accept_none():
    assert json.loads(told()["CHOSEN"])["services"]["web"]["image"]


def test_the_way_down_is_made_by_the_image_that_holds_the_migrations():
    found = told(SchemaChange(["two"], ["one"], moves=["one"]))
    assert (found["MOVES"], found["IMAGE"], found["HEADS"]) == ("one", "image-now", "one")
    assert told()["MOVES"] == ""


def test_a_database_elsewhere_is_stood_in_for_by_the_names_that_the_application_has_for_it():
    there = replace(DATABASE, host="db.example.org", client="postgres:17")
    assert beside.names(DATABASE, []) == []
    assert beside.names(
        there, [{"extra_hosts": ["database:10.0.0.7", "v6=::1"]}, {"extra_hosts": {"old": "10.0.0.1"}}]
    ) == [
        "db.example.org",
        "database",
        "v6",
        "old",
    ]
    by_address = replace(there, host="10.0.0.7")
    assert beside.names(by_address, [{"extra_hosts": ["database:10.0.0.7"]}]) == ["database"]


@pytest.mark.parametrize(
    ("host", "client", "why"),
    [
        ("10.0.0.7", "postgres:17", "no name can stand for 10.0.0.7.*database.address"),
        ("fd00::7", "postgres:17", "no name can stand for fd00::7"),
        ("/run/postgresql", "postgres:17", "no name can stand for /run/postgresql"),
        ("db.example.org", "", "database.client in .* names an image"),
    ],
)
def test_where_nothing_could_stand_in_for_it_nothing_is_made(host, client, why):
    with pytest.raises(Refused, match=why):
        beside.names(replace(DATABASE, host=host, client=client), [{}])


@pytest.mark.parametrize(("removed", "left"), [("touch $HOME/gone", ""), ("false", "c1\n")])
def test_what_is_left_of_an_interrupted_drill_is_removed_and_else_told(removed, left):
    docker = f'case "$1 $2" in "ps -a") [ -e $HOME/gone ] || echo c1 ;; "rm -fv") {removed} ;; esac'
    with Stage(docker=docker) as stage:
        (stage.home / environment().app.path).mkdir(parents=True)
        command = beside.ended(environment(), "r1").commands[""].replace("PATIENCE=60", "PATIENCE=1")
        assert stage.run(command).stdout == left
        assert ["docker", "rm", "-fv", "c1"] in stage.calls


def test_a_database_without_migrations_needs_none_of_what_alembic_needs():
    without = structs.replace(environment().database, alembic=None)
    known = beside._schema(structs.replace(environment(), database=without), None, "")
    assert (known["ALEMBIC_SERVICE"], known["HEADS"]) == ("", "")


@pytest.mark.parametrize(("name", "freed"), [("postgres", True), ("shop", False)])
def test_a_server_of_its_own_has_no_database_that_is_called_as_the_live_one(name, freed):
    told = replace(DATABASE, name=name).variables().items()
    script = "\n".join(f"export {key}={shlex.quote(value)}" for key, value in told)
    script += """
. "$SCRIPTS/tools/postgres/lib.sh"
. "$SCRIPTS/tools/postgres/scratch/lib.sh"
server=twin server_login=0 configuration=
make_for_restore"""
    with Stage(docker='case "$*" in *initdb*) cat >"$HOME/fed" ;; *) cat >/dev/null; echo "= 1" ;; esac') as stage:
        done = stage.run(script)
        assert ("DROP DATABASE postgres;" in (stage.home / "fed").read_text()) == freed, done.stderr
