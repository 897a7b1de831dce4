"""The JSON schema of hosts.yaml takes what the tasks take, and tells what each key is for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from tasks.config.jsonschema import schema
from tests.unit.test_site import KEYS, PAGES, fenced

PROJECT = Path(__file__).parent.parent.parent.parent
SCHEMA = schema()
WRITTEN = {
    "hosts.yaml": (PROJECT / "hosts.yaml").read_text(),
    "examples/hosts.yaml": (PROJECT / "examples" / "hosts.yaml").read_text(),
    **{
        f"{page}, {number}": block
        for page, text in PAGES.items()
        for number, block in enumerate(fenced(text, "yaml"))
        if block.startswith("environments:")
    },
}


def changed(*place: Any, value: Any) -> dict[str, Any]:
    """Return the repository's hosts.yaml with one value of `sandbox` replaced."""
    whole: dict[str, Any] = yaml.safe_load(WRITTEN["hosts.yaml"])
    inner: Any = whole["environments"]["sandbox"]
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    return whole


def test_it_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", WRITTEN)
def test_a_file_that_is_shipped_is_valid(name):
    jsonschema.validate(yaml.safe_load(WRITTEN[name]), SCHEMA)


WRONG = [
    (("app", "pth"), "x"),
    (("app", "path"), "-x"),
    (("compose", "command"), "podman"),
    (("compose", "grace"), 0),
    (("compose", "sudo"), "maybe"),
    (("hosts", 0, "port"), 65536),
    (("hosts",), []),
    (("health", "urls", 0), "ftp://x"),
    (("database", "alembic"), {}),
]


@pytest.mark.parametrize(("place", "value"), WRONG, ids=lambda one: str(one))
def test_what_the_tasks_refuse_is_not_valid(place, value):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(changed(*place, value=value), SCHEMA)


RIGHT = [
    (("hosts", 0, "port"), "${PORT:-22}"),
    (("compose", "command"), "${COMPOSE}"),
    (("compose", "sudo"), "${SUDO:-false}"),
    (("database", "backups"), {"folder": "b", "max_age": "26h"}),
    (("notify",), {"addresses": ["json://x"], "on": ["failure"]}),
]


@pytest.mark.parametrize(("place", "value"), RIGHT, ids=lambda one: str(one))
def test_a_variable_may_stand_for_any_value(place, value):
    jsonschema.validate(changed(*place, value=value), SCHEMA)


def test_every_key_says_what_it_is_for():
    said = {name: set(section["properties"]) for name, section in SCHEMA["$defs"].items()}
    assert said == {kind.__name__: set(kind.__struct_fields__) for kind in KEYS.values()}
    assert all(one["description"] for section in SCHEMA["$defs"].values() for one in section["properties"].values())


def test_no_pattern_is_one_that_editors_cannot_read():
    assert r"\Z" not in str(SCHEMA)
