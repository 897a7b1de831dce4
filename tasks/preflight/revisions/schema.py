"""From a commit to the exact downgrades: which migrations have to go, and where that leads."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ...config.database_section import Alembic
from ...config.settings import Environment
from ...console.errors import Refused
from ...ssh.host import Host
from ...ssh.probe import Probe
from ...tools.alembic import image_graphs, migrate, revisions
from ...tools.alembic.migrate import WAYS_OUT
from ...tools.alembic.revisions import Comparison, Graph, Graphs
from ...tools.alembic.schema_change import SchemaChange
from ...tools.git.commits import Commit
from ..present.state import State

Known = tuple[str, Graphs]


def with_override(change: SchemaChange, override_sql: str | None) -> SchemaChange:
    """Return the way down with the operator's SQL (REV=FILE, a file on this machine) in place of one downgrade."""
    if not override_sql:
        return change
    revision, _, path = override_sql.partition("=")
    try:
        return change.with_override(revision, Path(path).expanduser().read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"--downgrade-sql: {path!r} cannot be read: {error}.") from None


def alembic_of(environment: Environment) -> Alembic:
    """Return the settings of alembic; raise Refused where hosts.yaml has none."""
    return migrate.settings(environment)[1]


def probe(environment: Environment, *refs: str) -> Probe[Graphs]:
    """Return the probe of the migration graphs of the code on the host, and of the commits `refs`."""
    return _graphs(environment, [*_present_refs(environment), *refs])


def graphs(c: Host, refs: Iterable[str]) -> Graphs:
    """Return the migration graph of each commit or ref: from git objects on the host or, where undecided, an image."""
    return decided(c, c.ask(_graphs(c.environment, refs)))


def decided(c: Host, found: Graphs) -> Graphs:
    """Return the graphs, those that the text of a commit does not decide as Alembic tells them in an image of it."""
    undecided = [ref for ref, graph in found.items() if isinstance(graph, revisions.Undecidable)]
    if not undecided:
        return found
    told: dict[str, Graph] = c.ask(image_graphs.probe(c.environment, undecided), timeout=image_graphs.SECONDS)
    return {**found, **told}


def _graphs(environment: Environment, refs: Iterable[str]) -> Probe[Graphs]:
    return revisions.probe(environment.app.path, list(dict.fromkeys(refs)), alembic_of(environment))


def present_graph(c: Host, seen: State, found: Graphs | None = None) -> Graph:
    """Return the graph of the newest code on the host that knows every head of the database."""
    heads = set(heads_of(c, seen))
    found = found or graphs(c, _present_refs(c.environment))
    known = [g for g in found.values() if isinstance(g, Graph) and heads <= g.revisions.keys()]
    if known:
        return known[0]
    answer = found["HEAD"]
    if isinstance(answer, Graph):
        raise Refused(
            f"The database is at {', '.join(sorted(heads))}, a revision that neither HEAD nor "
            f"{c.environment.app.branch} has: fetch the commit that brought it (git fetch on the host)."
        )
    raise Refused(f"The migrations of HEAD cannot be read: {answer}.", next=WAYS_OUT)


def heads_of(c: Host, seen: State) -> list[str]:
    """Return the rows of the alembic table, or raise Refused when they cannot be read."""
    if seen.revision is None:
        why = " ".join(seen.problems.get("revision", "no answer").split())
        raise Refused(f"the revision cannot be read: {why}.", at=c.address)
    return seen.revision


def needed_by(
    c: Host, seen: State, commit: Commit, revision: str | None = None, known: Known | None = None
) -> SchemaChange:
    """Return what `commit` needs, or `revision` where the operator names one; Refused if no downgrade leads there.

    `known` is a name of the commit and what the `probe` of it found, where it was asked before.
    """
    heads = heads_of(c, seen)
    ref, found = known or (commit.sha, c.ask(probe(c.environment, commit.sha)))
    found = decided(c, found)
    present = present_graph(c, seen, found)
    if revision:
        return to_revision(present, heads, revision)
    target = found[ref]
    if not isinstance(target, Graph):
        raise Refused(f"The migrations of {commit.title} cannot be read: {target}.", next=WAYS_OUT)
    compared = revisions.compare(present, heads, target)
    return _change(heads, compared, f"{commit.title} cannot be reached by a downgrade")


def back_from(graph: Graph, rows: list[str], title: str) -> SchemaChange:
    """Return the way down from where the code of `title`, with that graph, brings a database that is at `rows`.

    Raises Refused where it cannot bring it anywhere.
    """
    heads = graph.heads_of(graph.revisions)
    return _change(heads, revisions.compare(graph, heads, rows), f"{title} cannot upgrade the database")


def to_revision(present: Graph, heads: list[str], revision: str) -> SchemaChange:
    """Return the way from `heads` down to a revision (an id, the head of one, or `base`)."""
    try:
        compared = revisions.compare_revision(present, heads, revision)
    except revisions.UnknownRevisionError as error:
        raise Refused(f"--revision: {error}.") from None
    return _change(heads, compared, f"{revision} cannot be reached by a downgrade")


def way_up(c: Host, sha: str, wanted: list[str], now: list[str]) -> SchemaChange | None:
    """Return the way from the heads `now` up to `wanted`, by the code of commit `sha` where that can be read.

    None: that code knows `wanted`, and no upgrade leads there.
    """
    graph = graphs(c, [sha])[sha] if now != wanted else None
    if isinstance(graph, revisions.Undecidable) and graph.torn:
        raise Refused(f"the migrations cannot be read: {graph}.", at=c.address)
    if not isinstance(graph, Graph) or not graph.revisions.keys() >= set(wanted):
        return SchemaChange(now, wanted, [] if now == wanted else list(wanted))
    if not graph.revisions.keys() >= set(now) or not graph.ancestors(now) <= graph.ancestors(wanted):
        return None
    applied = graph.ancestors(wanted)
    heads = graph.heads_of(applied)
    implied = sorted(applied.intersection((*wanted, *now)).difference(heads))
    return SchemaChange(now, heads, [] if graph.ancestors(now) == applied else list(heads), implied=implied)


def one_down(present: Graph, heads: list[str]) -> str:
    """Return the revision that taking back one migration leads to; Refused where that is ambiguous."""
    if not heads:
        raise Refused("The database has no revision to take back.")
    parents = present.revisions[heads[0]].down_revisions if heads[0] in present.revisions else ()
    if len(heads) > 1 or len(parents) > 1:
        several = ", ".join(heads if len(heads) > 1 else parents)
        raise Refused(f"More than one way down ({several}): name one with --revision.")
    return parents[0] if parents else "base"


def _present_refs(environment: Environment) -> list[str]:
    return ["HEAD", f"refs/heads/{environment.app.branch}"]


def _change(heads: list[str], compared: Comparison, problem: str) -> SchemaChange:
    if compared.kind not in ("same", "downgrade"):
        raise Refused(f"{problem}: {compared.reason}.", next=WAYS_OUT)
    moves = revisions.downgrade_arguments(compared)
    return SchemaChange(heads, compared.heads_after, [*moves], compared.downgrades, compared.implied)
