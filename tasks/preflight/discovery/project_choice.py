"""Which of the deployments on a host is meant."""

from __future__ import annotations

from collections.abc import Sequence

from ...console import terminal as console
from ...console.errors import Refused
from ...console.units import counted
from ...tools.compose.projects import Landscape, Member


def choose(at: str, seen: Landscape, wanted: str | None) -> str:
    """Return the name of the project that is `wanted`, the only one, or the one that the operator says.

    Raises Refused, with the names, where there is none of that name, or nobody can be asked.
    """
    known = seen.projects()
    names = list(known)
    if wanted:
        if wanted not in known:
            raise Refused(f"there is no project {wanted!r}; there are: {', '.join(names)}.", at=at)
        return wanted
    if len(names) == 1:
        return names[0]
    there = f"{counted(len(names), 'project')} run there"
    if not console.interactive():
        raise Refused(f"{there}: {', '.join(names)}. --project says which is meant.", at=at)
    console.table(("", "project", "folder", "services"), [_row(n, one, known, seen) for n, one in enumerate(names, 1)])
    return _meant(console.ask(f"{there}. Which one?").strip(), names)


def _row(number: int, name: str, known: dict[str, list[Member]], seen: Landscape) -> Sequence[str]:
    members = known[name]
    services = sorted({one.service for one in members})
    return str(number), name, seen.path(members[0].folder), ", ".join(services)


def _meant(answer: str, names: Sequence[str]) -> str:
    if answer in names:
        return answer
    if answer.isdigit() and 1 <= int(answer) <= len(names):
        return names[int(answer) - 1]
    said = f"{answer!r} is none of them" if answer else "None was chosen"
    raise Refused(f"{said}: --project says which is meant: {', '.join(names)}.")
