"""How PostgreSQL's programs are run: in the server's container, from an image, or as the host has them."""

from __future__ import annotations

import pytest

from tasks.tools.postgres.psql import Database, read
from tests.unit.support.deployment import environment
from tests.unit.support.stage import Stage

WRITES = 'cat >/dev/null; printf "%s" "${PGPASSWORD-none}" >"$HOME/password"'


def elsewhere(**more):
    return Database("", "shop", "owner", host="db.example", port="6432", **more)


def asked(live, files=None, login=None):
    """The one call of a program that a question makes, and the password that it found in its environment."""
    with Stage(docker=WRITES, canary=WRITES) as stage:
        (stage.home.parent / "bin" / "psql").write_text(
            f'#!/bin/sh\n{WRITES}\nprintf "%s\\0" "$(($# + 3))" psql "$PGHOST" "$PGPORT" "$@" >>"$RECORD"\n'
        )
        (stage.home.parent / "bin" / "psql").chmod(0o755)
        for name, text in (files or {}).items():
            (stage.home / name).write_text(text)
        stage.environ.update(login or {})
        ran = stage.run(read(live, "table-rows"))
        password = stage.home / "password"
        return ran, stage.calls, password.read_text() if password.exists() else ""


def test_without_an_image_it_is_the_hosts_own_psql():
    ran, (call,), _ = asked(elsewhere())
    assert (ran.returncode, call[:5]) == (0, ["psql", "db.example", "6432", "-U", "owner"])


def test_an_image_has_the_hosts_network_and_its_folder_for_what_several_commands_need():
    ran, (call,), _ = asked(elsewhere(client="postgres:17"))
    said = " ".join(call)
    assert ran.returncode == 0
    assert said.startswith("docker run --rm -i --network host -v /var/tmp:/var/tmp -e PGAPPNAME=")
    assert " -e PGHOST=db.example -e PGPORT=6432 --entrypoint psql postgres:17 -U owner " in said


def test_the_folder_of_a_socket_is_there_for_an_image():
    _, (call,), _ = asked(Database("", "shop", "owner", host="/run/postgresql", port="5432", client="postgres:17"))
    assert "-v /run/postgresql:/run/postgresql" in " ".join(call)


@pytest.mark.parametrize("live", [elsewhere(), elsewhere(client="postgres:17"), Database("c", "shop", "owner")])
@pytest.mark.parametrize(
    ("known", "files", "login"),
    [
        ({"password_file": "word"}, {"word": "geheim\nmore\n"}, {}),
        ({"password_variable": "WORD"}, {"values": "OTHER=x\nWORD=old\nexport WORD='geheim'\n"}, {}),
        ({"password_variable": "WORD"}, {"values": 'WORD="geheim"\n'}, {"WORD": "the file's counts"}),
        ({"password_variable": "WORD"}, {}, {"WORD": "geheim"}),
    ],
)
def test_a_password_is_in_the_environment_and_in_no_command_line(live, known, files, login):
    live = Database(**{**vars(live), **known, "checkout": ".", "values": "values"})
    ran, calls, password = asked(live, files, login)
    assert (ran.returncode, password, "geheim" in str(calls)) == (0, "geheim", False)


def test_a_password_that_cannot_be_read_is_a_refusal():
    ran, calls, _ = asked(elsewhere(password_file="word"))
    assert (ran.returncode, calls) == (2, [])
    assert ran.stderr == "the password of the database cannot be read: word has none\n"


@pytest.mark.parametrize(
    ("address", "host", "port"),
    [("db", "db", "5432"), ("db:6432", "db", "6432"), ("[::1]:6432", "::1", "6432"), ("/run/pg", "/run/pg", "5432")],
)
def test_an_address_is_a_name_and_a_port(address, host, port):
    found = Database.of(environment(database={"name": "d", "user": "u", "address": address}), "")
    assert (found.host, found.port) == (host, port)
