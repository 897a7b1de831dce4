"""A host looked at for the first time: what it is asked, and what becomes of the answers."""

from __future__ import annotations

import json

import pytest

from tasks.console.errors import Refused
from tasks.preflight.discovery import survey
from tasks.tools.compose.projects import Landscape
from tests.unit.support.discovered import backend, member, server
from tests.unit.support.scripted import Scripted
from tests.unit.tools.compose.test_projects import container

LAND = Landscape(["/home/ada"], False, [backend(), server(POSTGRES_DB="shop", POSTGRES_USER="ada")])
FIRST = {
    "0": "up \nbranch main\nfile alembic.ini",
    "1": "app alembic.ini",
    "2 config": json.dumps({"services": {"app": {"build": "."}}}),
    "2 naming": "shop -",
}
BACKUP = "BACKUP\t5\t1700000000\tgzip\t\t\tshop-2023.sql.gz"


def answering(*rounds: dict[str, str]) -> Scripted:
    """A host that answers one round after the other."""
    told = iter(rounds)
    current: dict[str, str] = {}

    def reply(name: str) -> str:
        nonlocal current
        if name == "0":
            current = next(told)
        return current.get(name, "")

    return Scripted().replies(reply)


def test_a_host_without_what_compose_made_is_refused():
    with pytest.raises(Refused, match="no container there was made by compose"):
        survey.land(answering({"0": "home /home/ada"}))
    assert survey.land(answering({"0": f"home /home/ada\n{container()}"})).members[0].service == "app"


def test_a_host_whose_docker_does_not_answer_is_refused_with_the_cure(mocker):
    host = Scripted()
    mocker.patch.object(Scripted, "ask", return_value="permission denied while trying to connect to docker.sock")
    with pytest.raises(Refused, match="usermod -aG docker"):
        survey.land(host)


def test_containers_that_do_not_say_where_they_were_made_are_refused():
    with pytest.raises(Refused, match="the containers of shop do not say in which folder"):
        survey.look(Scripted(), Landscape([], False, [member("app", folder="")]), "shop")


def test_two_rounds_tell_all_of_a_deployment():
    host = answering(
        FIRST,
        {
            "0": "project shop\nfolder \nfile a.yml\ncommand docker compose",
            "1 backups": BACKUP,
            "2 http://127.0.0.1:9001/health": "200",
            "3": "live\talembic_version",
        },
    )
    found = survey.look(host, LAND, "shop")
    assert (found.path, found.deployment.files, found.sources.contexts) == ("shop", ["a.yml"], {"app": "."})
    assert (found.roles.backend.service, found.server.settings()) == ("app", {"name": "shop", "user": "ada"})
    assert [one.path for one in found.backups["backups"]] == ["backups/shop-2023.sql.gz"]
    assert found.codes["http://127.0.0.1:9001/health"] == 200
    assert (found.tables, found.inside) == ([("live", "alembic_version")], {})
    assert len(host.__dict__["asked"]) == 2


def test_docker_by_sudo_only_is_asked_so():
    host = answering(FIRST, {"0": "project shop"})
    survey.look(host, Landscape(LAND.home, True, LAND.members), "shop")
    assert all("DOCKER_SUDO=yes" in script for script, _ in host.__dict__["asked"])
