"""The graph of migrations: who follows whom, and what is applied when a row is there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from graphlib import CycleError, TopologicalSorter

from ....console.text import nearest
from .answers import UndecidedError


class UnknownRevisionError(LookupError):
    """No revision of the graph, or more than one, is meant; the message says which come near."""


def closure(ids: Iterable[str], following: Callable[[str], Iterable[str]]) -> frozenset[str]:
    """Return the ids and all that is reached from them; no depth is too great."""
    todo, seen = list(ids), set()
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo.extend(following(name))
    return frozenset(seen)


@dataclass(frozen=True)
class Revision:
    """One migration; in a graph, `depends_on` are ids and no labels; `title` is its docstring's first line."""

    id: str
    down_revisions: tuple[str, ...] = ()
    depends_on: tuple[str, ...] = ()
    branch_labels: tuple[str, ...] = ()
    title: str = ""
    path: str = ""
    source: str = field(default="", repr=False)

    @property
    def needs(self) -> tuple[str, ...]:
        """The revisions that must be applied before this one."""
        return (*self.down_revisions, *self.depends_on)


def _by_ids(written: Mapping[str, Revision]) -> dict[str, Revision]:
    """Return the revisions with ids in `depends_on`, which may name what one revision alone is labelled with."""
    labels = [(label, one.id) for one in written.values() for label in one.branch_labels]
    times = Counter(label for label, _ in labels)
    ids = {label: name for label, name in labels if times[label] == 1} | {name: name for name in written}
    return {n: replace(one, depends_on=tuple(ids.get(d, d) for d in one.depends_on)) for n, one in written.items()}


@dataclass(frozen=True)
class Graph:
    """The revisions of one commit by id. Every need of a revision is in it, and none loops."""

    revisions: Mapping[str, Revision] = field(repr=False)

    @classmethod
    def of(cls, revisions: Iterable[Revision]) -> Graph:
        """Return the graph of revisions as they are written. Raises UndecidedError where they do not form one."""
        written: dict[str, Revision] = {}
        for revision in revisions:
            if other := written.get(revision.id):
                raise UndecidedError(f"revision {revision.id} is also in {other.path}", revision.path)
            written[revision.id] = revision
        graph = cls(_by_ids(written))
        for revision in graph.revisions.values():
            if gaps := [need for need in revision.needs if need not in written]:
                raise UndecidedError(f"{revision.id} follows {gaps[0]}, which no file has", revision.path)
        try:
            graph._sorter().prepare()
        except CycleError as error:
            raise UndecidedError(f"revisions form a circle: {', '.join(sorted(set(error.args[1]))[:5])}") from error
        return graph

    @cached_property
    def children(self) -> dict[str, list[str]]:
        """By id, the revisions that name it as their down_revision."""
        return self._followers(lambda revision: revision.down_revisions)

    @cached_property
    def dependents(self) -> dict[str, list[str]]:
        """By id, the revisions that name it as down_revision or depends_on."""
        return self._followers(lambda revision: revision.needs)

    def _followers(self, named: Callable[[Revision], Iterable[str]]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {name: [] for name in self.revisions}
        for revision in self.revisions.values():
            for need in dict.fromkeys(named(revision)):
                found[need].append(revision.id)
        return found

    @cached_property
    def order(self) -> tuple[str, ...]:
        """All ids, each after all that it needs: an order to upgrade in."""
        return tuple(self._sorter().static_order())

    def _sorter(self) -> TopologicalSorter[str]:
        return TopologicalSorter({name: one.needs for name, one in self.revisions.items()})

    def heads(self) -> list[str]:
        """Return the ids that no revision follows, as `alembic heads` counts them."""
        return [name for name in self.revisions if not self.children[name]]

    def heads_of(self, applied: Iterable[str]) -> list[str]:
        """Return the rows that alembic_version holds when exactly `applied` is applied."""
        inside = set(applied)
        return sorted(n for n in inside if inside.isdisjoint(self.dependents.get(n, ())))

    def ancestors(self, ids: Iterable[str]) -> frozenset[str]:
        """Return the ids and all that they need, directly or not. KeyError for an unknown id."""
        return closure(ids, lambda name: self.revisions[name].needs)

    def descendants(self, ids: Iterable[str]) -> frozenset[str]:
        """Return the ids and all that need them, directly or not. KeyError for an unknown id."""
        return closure(ids, lambda name: self.dependents[name])

    def resolve(self, name: str) -> str:
        """Return the id given in full, by its first 4 letters or more, or as `head`. Raises UnknownRevisionError."""
        if name in self.revisions:
            return name
        found = [i for i in self.revisions if len(name) >= 4 and i.startswith(name)] if name != "head" else self.heads()
        if len(found) == 1:
            return found[0]
        if found:
            listed = ", ".join(f"{i} ({self.revisions[i].title or 'untitled'})" for i in found[:5])
            raise UnknownRevisionError(f"{name!r} may be {listed}")
        near = nearest(name, list(self.revisions))
        raise UnknownRevisionError(f"no revision {name!r} among {len(self.revisions)} migrations{near}")
