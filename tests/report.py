"""FAULTS.md: what was broken, and what became of it; a test's is kept as long as the code and its file are the same."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from sandbox.shell import run
from tests.operator import PROJECT

FILE = PROJECT / "FAULTS.md"
KEPT = "faults/played"  # in pytest's cache
PLAYED = ("tasks", "sandbox")

HEAD = """\
# Faults

Each line is a fault injected into a real run on the sandbox host, or a deployment that differs from the ordinary in one
thing; written by `make faults`. For all of them: no row that existed when the command was typed is lost, no success is
claimed that is not there, the exit code is one of 0 (done and verified), 1 (failed, state described), 2 (refused,
nothing changed), 3 (locked) or that of the signal, and the command named next is the right one. Of a fault, the rows
are held against those of before by count and checksum. Played with the code of commit {commit}.

{verdict}
"""
Row = dict[str, str]  # one line of FAULTS.md: what heads a column, and what stands in it

_noted: list[Row] = []


def note(row: Row) -> None:
    """Add a line to the test that is being played."""
    _noted.append(row)


def taken() -> list[Row]:
    """Return the lines of the test that was played, and begin anew."""
    rows = [*_noted]
    _noted.clear()
    return rows


class Played:
    """What became of each test, by its name: its place, title and rows, and why it failed, if it did."""

    def __init__(self, cache) -> None:
        self.cache, self.code = cache, digest()
        kept: dict[str, dict] = cache.get(KEPT, {})
        self.tests = {name: became for name, became in kept.items() if became["of"] == self._of(name)}

    def ended(self, name: str, became: dict) -> None:
        """Keep what became of a test."""
        self.tests[name] = {**became, "of": self._of(name)}
        self.cache.set(KEPT, self.tests)

    def passed(self, name: str) -> bool:
        """Whether a test passed already, with the code as it is."""
        return name in self.tests and not self.tests[name]["broken"]

    def forget(self) -> None:
        """Begin anew."""
        self.cache.set(KEPT, {})

    def _of(self, name: str) -> str:
        """Return what is the same as long as the code and the test's own file are."""
        file = PROJECT / name.partition("::")[0]
        return hashlib.sha256(self.code + file.read_bytes()).hexdigest() if file.exists() else ""

    def write(self) -> None:
        """Write FAULTS.md, in the order of the files and of what stands in them."""
        names = sorted(self.tests, key=lambda name: (name.partition("::")[0], self.tests[name]["place"]))
        FILE.write_text(render({name: self.tests[name] for name in names}))


def digest() -> bytes:
    """Return what is the same as long as the code is that is played with."""
    kinds = ("*.py", "*.sh", "*.awk", "*.sql")
    files = sorted(path for folder in PLAYED for kind in kinds for path in (PROJECT / folder).rglob(kind))
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in files)).digest()


def render(tests: dict[str, dict]) -> str:
    """Return the whole file."""
    text, title = HEAD.format(verdict=_verdict(tests), commit=_commit()), ""
    for test in tests.values():
        if test["rows"] and test["title"] != title:
            title = test["title"]
            text += f"\n## {title}\n\n" + _line(test["rows"][0]) + _line("---" for _ in test["rows"][0])
        text += "".join(_line(row.values()) for row in test["rows"])
    return text


def _commit() -> str:
    """Return the last commit that changed what is played with."""
    return run("git", "-C", str(PROJECT), "log", "-1", "--format=%h", "--abbrev=12", "--", *PLAYED).strip()


def _verdict(tests: dict[str, dict]) -> str:
    count = sum(len(test["rows"]) for test in tests.values())
    broken = [f"- `{name}`: {test['broken']}" for name, test in tests.items() if test["broken"]]
    if not broken:
        return f"**{count} faults and deployments, no guarantee broken.**"
    return "\n".join([f"**{count} faults and deployments, and {len(broken)} guarantees BROKEN:**", "", *broken])


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ")[:300] for cell in cells) + " |\n"
