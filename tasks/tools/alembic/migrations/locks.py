"""What the statements of a migration keep others from while they run: locks of PostgreSQL, and tables written anew."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

ALL, WRITERS = "readers and writers", "writers"
SHOWN = 100  # characters of a statement
_PART = re.compile(
    r"\$(?P<tag>\w*)\$.*?\$(?P=tag)\$|'(?:''|[^'])*'|\"(?:\"\"|[^\"])*\"|--[^\n]*|/\*.*?\*/|(?P<end>;)|.", re.DOTALL
)
_NAME = r'((?:"[^"]+"|[\w$]+)(?:\.(?:"[^"]+"|[\w$]+))?)'
_IF = r"(?:IF\s+(?:NOT\s+)?EXISTS\s+)?"
_TABLE = rf"ALTER\s+TABLE\s+{_IF}(?:ONLY\s+)?{_NAME}\s+"
# The first pattern that a statement begins with says who waits, and whether the table is written anew or read whole.
_RULES: tuple[tuple[str, str, str], ...] = (
    (rf"{_TABLE}.*\bALTER\s+(?:COLUMN\s+)?\S+\s+(?:SET\s+DATA\s+)?TYPE\b", ALL, "rewrites"),
    (rf"{_TABLE}.*\bSET\s+(?:UN)?LOGGED\b", ALL, "rewrites"),
    (rf"{_TABLE}.*\bSET\s+(?:ACCESS\s+METHOD|TABLESPACE)\b", ALL, "rewrites"),
    (rf"{_TABLE}.*\bADD\s+.*\b(?:BIG|SMALL)?SERIAL\b", ALL, "rewrites"),
    (rf"{_TABLE}.*\bADD\s+.*\bGENERATED\s+(?:ALWAYS|BY\s+DEFAULT)\s+AS\b", ALL, "rewrites"),
    (rf"{_TABLE}.*\bADD\s+.*\bDEFAULT\s+(?!(?:now|current_\w+)\b)[\w.]+\(", ALL, "rewrites"),
    (rf"{_TABLE}VALIDATE\s+CONSTRAINT\b", "", "reads"),
    (rf"{_TABLE}ATTACH\s+PARTITION\b", "", "reads"),
    (rf"{_TABLE}(?:ALTER\s+(?:COLUMN\s+)?\S+\s+SET\s+STATISTICS|CLUSTER\s+ON|SET\s*\()", "", ""),
    (rf"{_TABLE}(?:ENABLE|DISABLE)\s+TRIGGER\b", WRITERS, ""),
    (rf"{_TABLE}.*\bNOT\s+VALID\b", WRITERS, ""),
    (rf"{_TABLE}ADD\s+(?:CONSTRAINT\s+\S+\s+)?FOREIGN\s+KEY\b", WRITERS, "reads"),
    (rf"{_TABLE}.*\b(?:SET\s+NOT\s+NULL|CHECK\s*\(|UNIQUE\s*\(|PRIMARY\s+KEY\s*\(|EXCLUDE\b)", ALL, "reads"),
    (_TABLE, ALL, ""),
    (rf"DROP\s+TABLE\s+{_IF}{_NAME}", ALL, ""),
    (rf"TRUNCATE\s+(?:TABLE\s+)?(?:ONLY\s+)?{_NAME}", ALL, ""),
    (rf"(?:DROP\s+INDEX|REINDEX\s+\w+)\s+CONCURRENTLY\s+{_IF}{_NAME}", "", ""),
    (rf"DROP\s+INDEX\s+{_IF}{_NAME}", ALL, ""),
    (rf"CREATE\s+(?:UNIQUE\s+)?INDEX\s+CONCURRENTLY\s+.*?\bON\s+(?:ONLY\s+)?{_NAME}", "", "reads"),
    (rf"CREATE\s+(?:UNIQUE\s+)?INDEX\s+.*?\bON\s+(?:ONLY\s+)?{_NAME}", WRITERS, "reads"),
    (rf"REINDEX\s+\w+\s+{_NAME}", WRITERS, "reads"),
    (rf"CREATE\s+(?:OR\s+REPLACE\s+)?(?:CONSTRAINT\s+)?TRIGGER\s+.*?\bON\s+{_NAME}", WRITERS, ""),
    (rf"DROP\s+TRIGGER\s+.*?\bON\s+{_NAME}", ALL, ""),
    (rf"REFRESH\s+MATERIALIZED\s+VIEW\s+CONCURRENTLY\s+{_NAME}", "", ""),
    (rf"REFRESH\s+MATERIALIZED\s+VIEW\s+{_NAME}", ALL, "rewrites"),
    (rf"(?:CLUSTER|VACUUM\s+\(?FULL\)?)\s+(?:VERBOSE\s+)?{_NAME}", ALL, "rewrites"),
    (rf"DROP\s+(?:MATERIALIZED\s+)?VIEW\s+{_IF}{_NAME}", ALL, ""),
    (rf"LOCK\s+(?:TABLE\s+)?(?:ONLY\s+)?{_NAME}", ALL, ""),
)
_COMPILED = tuple((re.compile(pattern, re.IGNORECASE | re.DOTALL), who, what) for pattern, who, what in _RULES)


class Lock(Struct, frozen=True):
    """What one statement does to others that use `table`: `blocks` says whom, empty: nobody.

    `rewrites`: the table is written anew meanwhile; `reads`: it is read as a whole. Both last, the larger it is.
    """

    statement: str
    table: str
    blocks: str = ""
    rewrites: bool = False
    reads: bool = False

    @property
    def line(self) -> str:
        """It in one line."""
        whom = f"blocks {self.blocks} of {self.table}" if self.blocks else f"blocks nobody on {self.table}"
        long = "writes the table anew" if self.rewrites else "reads all of the table" if self.reads else ""
        return f"{whom}{f' while it {long}' if long else ''}: {self.statement}"


def locks(sql: str) -> list[Lock]:
    """Return what each statement of `sql` does to others, those left out that block nobody and take no time."""
    found = (_lock(" ".join(one.split())) for one in statements(sql))
    return [lock for lock in found if lock and (lock.blocks or lock.rewrites or lock.reads)]


def statements(sql: str) -> Iterator[str]:
    """Yield the statements of `sql`, without comments; what is quoted is not taken for an end."""
    text = ""
    for part in _PART.finditer(sql):
        if part["end"]:
            yield text
            text = ""
        elif not part[0].startswith(("--", "/*")):
            text += part[0]
    yield text


def _lock(statement: str) -> Lock | None:
    for pattern, who, what in _COMPILED:
        if match := pattern.match(statement):
            shown = statement if len(statement) <= SHOWN else f"{statement[:SHOWN]}..."
            return Lock(shown, match[1], who, rewrites=what == "rewrites", reads=what == "reads")
    return None
