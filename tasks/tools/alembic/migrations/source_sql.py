"""What raw SQL in a migration plainly destroys."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .findings import Finding

_NAME = r'(?:"[^"]+"|\w+)(?:\.(?:"[^"]+"|\w+))?'
_EXISTS = r"(?:IF\s+EXISTS\s+)?"
_TABLES = re.compile(rf"\bDROP\s+TABLE\s+{_EXISTS}({_NAME}(?:\s*,\s*{_NAME})*)", re.IGNORECASE)
_ROWS = re.compile(rf"\b(?:DELETE\s+FROM|TRUNCATE(?:\s+TABLE)?)\s+(?:ONLY\s+)?({_NAME})", re.IGNORECASE)
_ALTER = re.compile(rf"\bALTER\s+TABLE\s+{_EXISTS}(?:ONLY\s+)?({_NAME})\s([^;]*)", re.IGNORECASE | re.DOTALL)
_COLUMN = re.compile(rf"(?:^|,)\s*DROP\s+(?!CONSTRAINT\b)(?:COLUMN\s+)?{_EXISTS}({_NAME})", re.IGNORECASE)


def findings(sql: str, line: int) -> Iterator[Finding]:
    """Yield what the SQL destroys, as far as a pattern can tell, and that it is raw SQL."""
    for match in _TABLES.finditer(sql):
        for name in re.findall(_NAME, match[1]):
            schema, table = _split(name)
            yield Finding("destroys", line, f"drops table {table}", table, schema=schema)
    for match in _ROWS.finditer(sql):
        schema, table = _split(match[1])
        yield Finding("destroys", line, f"deletes rows of {table}", table, schema=schema)
    for match in _ALTER.finditer(sql):
        schema, table = _split(match[1])
        for column in _COLUMN.findall(match[2]):
            name = column.strip('"')
            yield Finding("destroys", line, f"drops column {table}.{name}", table, name, schema)
    words = " ".join(sql.split())
    yield Finding("unknown", line, f"raw SQL: {words[:80]}{'...' if words[80:] else ''}")


def _split(name: str) -> tuple[str, str]:
    """Schema ('' if not given) and table of a name as SQL writes it."""
    *schema, table = re.findall(r'"[^"]+"|\w+', name)
    return "".join(schema).strip('"'), table.strip('"')
