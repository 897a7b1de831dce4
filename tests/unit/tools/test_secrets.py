"""Secrets do not get into a file, whatever they look like and wherever they stand."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.tools import secrets
from tasks.tools.secrets import Secrets
from tests.unit.support.deployment import environment

NOTHING = Secrets([])


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("postgresql+psycopg://jctc_user:s3cr@t/word@db:5432/jctc_db", "s3cr@t/word"),
        ("redis://:hunter2@cache:6379/0", "hunter2"),
        ("https://ghp_abcdefghijklmnop1234@github.com/a/b", "ghp_abcdefghijklmnop1234"),
        ("connect(password=hunter2, host=db)", "hunter2"),
        ('{"api_key": "hunter2", "n": 1}', "hunter2"),
        ("DJANGO_SECRET_KEY=hunter2", "hunter2"),
        ("Authorization: Bearer eyJhbGciOi.abc", "eyJhbGciOi.abc"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----", "MIIE"),
        ("cut off: -----BEGIN PRIVATE KEY-----\nMIIE", "MIIE"),
    ],
)
def test_what_looks_like_a_secret_is_masked_though_nobody_named_it(text, hidden):
    assert hidden not in NOTHING.mask(text)
    assert secrets.MASK in NOTHING.mask(text)


@pytest.mark.parametrize(
    "line",
    [
        "2024-04-02 17:21 ERROR: column cases.priority does not exist",
        "GET http://127.0.0.1:8000/health 500",
        "git@github.com:shop/app.git ssh://git@github.com/shop/app",
        "listening on http://0.0.0.0:8000 (Press CTRL+C to quit), monkey=banana",
    ],
)
def test_evidence_without_secrets_stays_as_it_is(line):
    assert NOTHING.mask(line) == line


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(exclude_categories=("C", "Z")), min_size=8, max_size=40))
def test_every_value_is_masked_in_every_spelling(value):
    hide = Secrets([value]).mask
    for text in (
        f"x {value} y",
        json.dumps({"a": value}),
        quote(value, safe=""),
        f"a: '{value.replace(chr(39), chr(39) * 2)}'",
    ):
        assert value not in hide(text).replace(secrets.MASK, "")
        assert secrets.MASK in hide(text)


def test_every_value_of_the_dotenv_file_is_secret_but_for_words_that_say_nothing():
    text = "\n".join(
        [
            "# POSTGRES_PASSWORD=old",
            "POSTGRES_PASSWORD='quo ted'",
            "export STRIPE=sk_live_1",
            "PLAIN=some-host.example.org",
            "PIN=7",
            "DEBUG=true",
            "API_KEY=1",
            "URL=amqp://u:rabbit%21@mq/",
        ]
    )
    found = set(secrets.in_dotenv(text))
    assert {"quo ted", "sk_live_1", "some-host.example.org", "1", "rabbit%21"} <= found
    assert not found & {"7", "true", "old"}


def test_a_short_value_is_masked_only_where_it_stands_alone():
    assert Secrets(["abc"]).mask("abc abcdef (abc)") == "*** abcdef (***)"


def test_a_longer_secret_is_not_given_away_by_a_shorter_one_inside_it():
    assert Secrets(["hunter", "hunter2-long"]).mask("hunter2-long") == "***"


def test_a_compose_config_keeps_its_shape_and_loses_its_secrets():
    config = yaml.safe_load(
        """
        services:
          app:
            build: {context: ., args: {NPM_TOKEN: t0ken}}
            environment: {DATABASE_URL: "postgresql://u:pw123456@db/x", SECRET_KEY: 12345, DEBUG: "1"}
          worker:
            environment: ["SMTP_PASSWORD=mail pw", "MODE=fast"]
            command: ["run", "--dsn", "postgresql://u:pw123456@db/x"]
        secrets: {db_password: {file: ./db.txt}}
        """
    )
    known = set(secrets.in_tree(config))
    assert {"t0ken", "pw123456", "12345", "mail pw"} <= known
    masked = Secrets(known).mask_tree(config)
    app, worker = masked["services"]["app"], masked["services"]["worker"]
    assert app["environment"] == {"DATABASE_URL": "postgresql://u:***@db/x", "SECRET_KEY": "***", "DEBUG": "1"}
    assert app["build"]["args"] == {"NPM_TOKEN": "***"}
    assert worker["environment"] == ["SMTP_PASSWORD=***", "MODE=fast"]
    assert masked["secrets"] == {"db_password": {"file": "./db.txt"}}
    assert not [s for s in ("t0ken", "pw123456", "mail pw") if s in yaml.safe_dump(masked)]


@pytest.mark.parametrize("written", ["pa$$ss wo'rd", "pa%24ss%20wo%27rd", "pa%24ss+wo%27rd", "pa$ss wo''rd"])
def test_a_value_is_masked_as_compose_yaml_and_urls_write_it(written):
    assert Secrets(["pa$ss wo'rd"]).mask(f"<{written}>") == "<***>"


@pytest.mark.parametrize(
    ("compose", "read"),
    [
        ({}, [".env"]),
        ({"file": "deploy/docker-compose.yml"}, [".env", "deploy/.env"]),
        ({"file": ["deploy/compose.yml", "more.yml"], "env_file": "a.env"}, [".env", "a.env"]),
    ],
)
def test_secrets_are_those_of_the_files_that_compose_reads(compose, read):
    command = secrets.command(environment(compose=compose))
    assert f" cat -- {' '.join(read)} " in command
