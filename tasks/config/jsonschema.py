"""hosts.yaml as a JSON schema, for editors: made of the declarations that check it."""

from __future__ import annotations

from typing import Any

from .keys import KEYS
from .settings import EnvironmentSettings, Inventory

DIALECT = "https://json-schema.org/draft/2020-12/schema"
VARIABLE = {"type": "string", "pattern": r"\$\{[A-Za-z_][A-Za-z0-9_]*(:-[^{}]*)?\}"}  # somewhere in the value
KEPT_APART = ("integer", "boolean")  # what a variable, which is text, is no value of


def schema() -> dict[str, Any]:
    """Return the schema of the whole file; where a value stands, a `${VARIABLE}` may stand."""
    import msgspec

    (whole, environment), sections = msgspec.json.schema_components([Inventory, EnvironmentSettings])
    made = {name: _section(name, section) for name, section in sections.items()}
    made["Inventory"]["properties"]["environments"]["additionalProperties"] = environment
    return {"$schema": DIALECT, "title": "hosts.yaml of fab-rollback", **whole, "$defs": made}


def _section(name: str, section: dict[str, Any]) -> dict[str, Any]:
    described = " ".join(section["description"].split())
    keys = {key: {**_value(value), "description": KEYS[name][key]} for key, value in section["properties"].items()}
    return {**section, "description": described, "properties": keys}


def _value(value: Any) -> Any:
    """Return what a value may be; patterns as editors, whose expressions know no `\\Z`, understand them."""
    if isinstance(value, str):
        return value.replace(r"\Z", "$")
    if isinstance(value, list):
        return [_value(one) for one in value]
    if not isinstance(value, dict):
        return value
    inner = {key: _value(one) for key, one in value.items()}
    if "type" not in inner or ("pattern" not in inner and inner["type"] not in KEPT_APART):
        return inner
    default = {"default": inner.pop("default")} if "default" in inner else {}
    return {"anyOf": [inner, VARIABLE], **default}
