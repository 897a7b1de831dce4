"""FAULTS.md: what was broken, and what became of it; kept from session to session as long as the code is the same."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass

from tests.operator import PROJECT

FILE = PROJECT / "FAULTS.md"
KEPT = "faults/played"  # in pytest's cache
PLAYED = ("tasks", "sandbox", "tests/faults")

HEAD = """\
# Faults

Each line is a fault injected into a real run on the sandbox host, written by `make faults`. For all of them: no row
that existed when the command was typed is lost (count and checksum), no success is claimed that is not there, the exit
code is one of 0 (done and verified), 1 (failed, state described), 2 (refused, nothing changed), 3 (locked) or that of
the signal, and the command named next is the right one.

{verdict}
"""
TABLE = """
## {title}

| fault | where | what the operator saw | exit | the host then | and after | rows before | rows after |
|---|---|---|---|---|---|---|---|
"""


@dataclass(frozen=True)
class Row:
    """One line of FAULTS.md."""

    fault: str
    where: str
    saw: str
    code: int
    state: str
    resumed: str
    before: str
    after: str


class Played:
    """What became of each test, by its name: its rows, the title they stand under, and why it failed, if it did."""

    def __init__(self, cache) -> None:
        self.cache, self.code, self.rows = cache, digest(), []
        kept = cache.get(KEPT, {})
        self.tests: dict[str, dict] = kept["tests"] if kept.get("code") == self.code else {}

    def note(self, row: Row) -> None:
        """Add a line to the test that is being played."""
        self.rows.append(row)

    def ended(self, name: str, title: str, broken: str) -> None:
        """Keep what a test noted, and the reason of its failure ("": it passed)."""
        self.tests[name] = {"title": title, "rows": [asdict(row) for row in self.rows], "broken": broken}
        self.rows = []
        self.cache.set(KEPT, {"code": self.code, "tests": self.tests})

    def passed(self, name: str) -> bool:
        """Whether a test passed already, with the code as it is."""
        return name in self.tests and not self.tests[name]["broken"]

    def forget(self) -> None:
        """Begin anew."""
        self.tests = {}
        self.cache.set(KEPT, {})

    def write(self, order: list[str]) -> None:
        """Write FAULTS.md, the tests in `order`; those that are not in it come last."""
        places = {name: place for place, name in enumerate(order)}
        names = sorted(self.tests, key=lambda name: places.get(name, len(places)))
        FILE.write_text(render([self.tests[name] for name in names], names))


def digest() -> str:
    """Return what is the same as long as tests and code are."""
    files = sorted(path for folder in PLAYED for path in (PROJECT / folder).rglob("*.py"))
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()


def render(tests: list[dict], names: list[str]) -> str:
    """Return the whole file."""
    text, title = HEAD.format(verdict=_verdict(tests, names)), ""
    for test in tests:
        if test["rows"] and test["title"] != title:
            title = test["title"]
            text += TABLE.format(title=title)
        text += "".join(_line(Row(**row)) for row in test["rows"])
    return text


def _verdict(tests: list[dict], names: list[str]) -> str:
    count = sum(len(test["rows"]) for test in tests)
    broken = [f"- `{name}`: {t['broken']}" for t, name in zip(tests, names, strict=True) if t["broken"]]
    if not broken:
        return f"**{count} faults, no guarantee broken.**"
    return "\n".join([f"**{count} faults, and {len(broken)} guarantees BROKEN:**", "", *broken])


def _line(row: Row) -> str:
    cells = (row.fault, row.where, row.saw[:160], row.code, row.state, row.resumed, row.before, row.after)
    return "| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in cells) + " |\n"
