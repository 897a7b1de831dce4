"""What a database at its heads lacks, or has too much, for a target; and how to take it back."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Literal

from .graph import Graph, Revision, closure

Kind = Literal["same", "downgrade", "behind", "diverged", "unknown"]

SHOWN = 3  # migrations that a reason names


@dataclass(frozen=True)
class Comparison:
    """How the database stands to the target, by closures over the present graph.

    `same`: nothing to do. `downgrade`: taking back `downgrades`, newest first, leads to the
    target. `behind`: the target has more. `diverged`: each has what the other lacks.
    `unknown`: the heads cannot be explained by the present graph. `reason` is one line.
    """

    kind: Kind
    reason: str
    present: Graph = field(repr=False)
    heads: frozenset[str] = field(default=frozenset(), repr=False)
    current: frozenset[str] = field(default=frozenset(), repr=False)
    wanted: frozenset[str] = field(default=frozenset(), repr=False)
    downgrades: tuple[Revision, ...] = ()

    @property
    def heads_after(self) -> list[str]:
        """The rows of alembic_version once the target is reached (for `same`, `downgrade`), without `implied` ones."""
        return self.present.heads_of(self.wanted)

    @property
    def implied(self) -> list[str]:
        """The rows that may be there beside `heads_after`, and say nothing that those do not."""
        left = self.heads.union(*(revision.needs for revision in self.downgrades))
        return sorted((left & self.wanted).difference(self.heads_after))


def compare(present: Graph, heads: Collection[str], target: Graph | Iterable[str]) -> Comparison:
    """Compare a database at `heads` with what a commit needs.

    `present` is the graph of the code that migrated the database; `target` the graph of the
    commit, or the ids of its heads.
    """
    needed = target.heads() if isinstance(target, Graph) else list(target)
    absent = [name for name in needed if name not in present.revisions]
    wanted = present.ancestors(name for name in needed if name not in absent)
    if isinstance(target, Graph):
        wanted |= target.ancestors(absent)
    return _compared(present, heads, wanted | frozenset(absent))


def fits(graph: Graph, heads: Collection[str]) -> bool:
    """Return whether code with this graph needs a database at exactly `heads`; what these imply does not count."""
    return compare(graph, heads, graph).kind == "same"


def compare_revision(present: Graph, heads: Collection[str], revision: str) -> Comparison:
    """Compare a database at `heads` with a revision that the operator names.

    What needs the revision goes, so that it is a head afterwards, and other branches stay;
    `base` takes everything back. Raises UnknownRevisionError.
    """
    if _unexplained(present, heads) or revision == "base":
        return _compared(present, heads, frozenset())
    name = present.resolve(revision)
    current = present.ancestors(heads)
    if name not in current:
        return _compared(present, heads, present.ancestors([name]))
    return _compared(present, heads, current - present.descendants(present.dependents[name]))


def _compared(present: Graph, heads: Collection[str], wanted: frozenset[str]) -> Comparison:
    if unknown := _unexplained(present, heads):
        return unknown
    current = present.ancestors(heads)
    kind, reason = _judged(current - wanted, wanted - current)
    extra = current - wanted if kind == "downgrade" else frozenset()
    newest_first = (present.revisions[i] for i in reversed(present.order) if i in extra)
    return Comparison(kind, reason, present, frozenset(heads), current, wanted, tuple(newest_first))


def _judged(extra: Collection[str], lacking: Collection[str]) -> tuple[Kind, str]:
    if not extra and not lacking:
        return "same", "the database is exactly where the target needs it"
    if not lacking:
        return "downgrade", f"{_counted(extra)} to take back"
    if not extra:
        return "behind", f"the database lacks {_counted(lacking)} that the target needs{_named(lacking)}"
    lacks = f"the database lacks {_counted(lacking)} of the target{_named(lacking)}"
    return "diverged", f"{lacks} and has {_counted(extra)} that the target does not know{_named(extra)}"


def _counted(names: Collection[str]) -> str:
    return "1 migration" if len(names) == 1 else f"{len(names)} migrations"


def _named(names: Collection[str]) -> str:
    more = ", …" if len(names) > SHOWN else ""
    return f" ({', '.join(sorted(names)[:SHOWN])}{more})"


def _unexplained(present: Graph, heads: Iterable[str]) -> Comparison | None:
    strange = sorted(set(heads) - present.revisions.keys())
    if not strange:
        return None
    reason = f"the database is at {', '.join(strange)}, which the present code does not have"
    return Comparison("unknown", reason, present)


def downgrade_arguments(comparison: Comparison) -> list[str]:
    """Return the arguments of the `alembic downgrade` calls that lead to the target, in order.

    Each takes back one oldest migration with all that stands on it: a full id where its
    children may all go, `<child>@<id>` or `<child>@base` where another branch has to stay.
    """
    graph, left = comparison.present, {revision.id for revision in comparison.downgrades}
    gone = frozenset(left)
    oldest = [r for r in comparison.downgrades if gone.isdisjoint(r.needs)]
    arguments = []
    for revision in oldest:
        if revision.id in left:
            parent = _nearest(graph, revision)
            roots = graph.children[parent] if parent else _bases(graph)
            active = [name for name in roots if name in comparison.current]
            plain = gone.issuperset(active)
            arguments.append(f"{'' if plain else revision.id + '@'}{parent or 'base'}")
            left -= graph.descendants(active if plain else [revision.id])
    return arguments


def _nearest(graph: Graph, revision: Revision) -> str | None:
    """A down revision no other one stands on: no child of it but `revision` leads here."""
    for parent in revision.down_revisions:
        others = [name for name in revision.down_revisions if name != parent]
        if parent not in closure(others, lambda name: graph.revisions[name].down_revisions):
            return parent
    return None


def _bases(graph: Graph) -> list[str]:
    return [name for name, revision in graph.revisions.items() if not revision.down_revisions]
