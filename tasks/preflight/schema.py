"""From a commit to the exact downgrades: which migrations have to go, and where that leads."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from ..config.settings import Environment
from ..console.errors import Refused
from ..ssh import paths
from ..ssh.shell import Answer, join, quote
from ..tools.alembic import revisions
from ..tools.alembic.migrate import WAYS_OUT, Move, OwnSql
from ..tools.alembic.revisions import Comparison, Graph, Revision
from . import state

Graphs = dict[str, revisions.Graph | revisions.Undecidable | revisions.NoAlembic]
Known = tuple[str, dict[str, Answer]]


@dataclass(frozen=True)
class Schema:
    """What the database needs: `downgrades` newest first, the `moves` that do it, `rows` before and after.

    The rows of `redundant` may be there afterwards as well: they say nothing that `rows` do not.
    """

    before: list[str]
    rows: list[str]
    moves: list[Move] = field(default_factory=list)
    downgrades: tuple[Revision, ...] = ()
    redundant: list[str] = field(default_factory=list)

    @property
    def changes(self) -> bool:
        """Whether anything has to be downgraded."""
        return bool(self.moves)

    @property
    def replaced(self) -> set[str]:
        """The revisions whose downgrade is replaced by the operator's own SQL."""
        return {move.revision for move in self.moves if isinstance(move, OwnSql)}

    def with_sql(self, revision: str, text: str) -> Schema:
        """Return the same way down, one migration of it by the operator's SQL; Refused off a straight line."""
        names = [r.id for r in self.downgrades]
        if revision not in names:
            raise Refused(f"--downgrade-sql: {revision} is not taken back; {', '.join(names) or 'nothing'} is.")
        if any(len(r.down_revisions) > 1 or r.depends_on for r in self.downgrades) or len(self.before) > 1:
            raise Refused("--downgrade-sql works on a straight line of migrations only. Nothing was changed.")
        moves: list[Move] = []
        for found in self.downgrades:
            parent = "".join(found.down_revisions)
            moves.append(OwnSql(found.id, parent, text) if found.id == revision else parent or "base")
        return replace(self, moves=moves)


def with_own_sql(wanted: Schema, own: str | None) -> Schema:
    """Return the way down with the operator's SQL (REV=FILE, a file on this machine) in place of one downgrade."""
    if not own:
        return wanted
    revision, _, path = own.partition("=")
    try:
        return wanted.with_sql(revision, Path(path).expanduser().read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"--downgrade-sql: {path!r} cannot be read: {error}. Nothing was changed.") from None


def questions(environment: Environment, ref: str) -> dict[str, str]:
    """Return the read-only command that prints the migrations of the code on the host and of the commit `ref`."""
    if not environment.database or not environment.database.alembic:
        return {}
    return {"migrations": _fetch(environment, [*_present_refs(environment), ref])}


def graphs(c, refs: Iterable[str]) -> Graphs:
    """Return the migration graph of each commit or ref, from git objects on the host, in one round trip."""
    return _parsed(c, c.ask({"migrations": _fetch(c.environment, refs)})["migrations"])


def _fetch(environment: Environment, refs: Iterable[str]) -> str:
    path = environment.app.path.removeprefix("~/")
    return revisions.fetch_script(path, list(dict.fromkeys(refs)), environment.database.alembic.config)


def _parsed(c, answer: Answer) -> Graphs:
    try:
        return revisions.parse(answer.out)
    except ValueError as error:
        raise Refused(f"{c.address}: the migrations could not be read: {answer.err or error}.") from None


def present_graph(c, seen: state.State, found: Graphs | None = None) -> Graph:
    """Return the graph of the newest code on the host that knows every row of the database."""
    rows = set(rows_of(c, seen))
    found = found or graphs(c, _present_refs(c.environment))
    known = [g for g in found.values() if isinstance(g, Graph) and rows <= g.revisions.keys()]
    if known:
        return known[0]
    answer = found["HEAD"]
    if isinstance(answer, Graph):
        raise Refused(
            f"The database is at {', '.join(rows)}, a revision that neither HEAD nor {c.environment.app.branch} "
            "has: fetch the commit that brought it (git fetch on the host). Nothing was changed."
        )
    raise Refused(f"The migrations of HEAD cannot be read: {answer}. Nothing was changed.")


def rows_of(c, seen: state.State) -> list[str]:
    """Return the rows of the alembic table, or raise Refused when they cannot be read."""
    if seen.revision is None:
        why = " ".join(seen.problems.get("revision", "no answer").split())
        raise Refused(f"{c.address}: the revision cannot be read: {why}. Nothing was changed.")
    return seen.revision


def needed_by(c, seen: state.State, commit, revision: str | None = None, known: Known | None = None) -> Schema:
    """Return what `commit` needs, or `revision` where the operator names one; Refused if no downgrade leads there.

    `known` is a name of the commit and the answers to `questions` about it, where they were asked before.
    """
    rows = rows_of(c, seen)
    ref, answers = known or (commit.sha, c.ask(questions(c.environment, commit.sha)))
    found = _parsed(c, answers["migrations"])
    present = present_graph(c, seen, found)
    if revision:
        return to_revision(present, rows, revision)
    target = found[ref]
    if not isinstance(target, Graph):
        target = _asked_of_image(c, commit, target)
    compared = revisions.compare(present, rows, target)
    return _schema(rows, compared, f"{commit.title} cannot be reached by a downgrade")


def to_revision(present: Graph, rows: list[str], revision: str) -> Schema:
    """Return the way from `rows` down to a revision (an id, the head of one, or `base`)."""
    try:
        compared = revisions.compare_revision(present, rows, revision)
    except revisions.UnknownRevisionError as error:
        raise Refused(f"--revision: {error}. Nothing was changed.") from None
    return _schema(rows, compared, f"{revision} cannot be reached by a downgrade")


def way_up(c, sha: str, rows: list[str], now: list[str]) -> Schema | None:
    """Return the way from the rows `now` up to `rows`, by the code of commit `sha` where that can be read.

    None: that code knows `rows`, and no upgrade leads to them.
    """
    graph = graphs(c, [sha])[sha] if now != rows else None
    if not isinstance(graph, Graph) or not graph.revisions.keys() >= set(rows):
        return Schema(now, rows, [] if now == rows else list(rows))
    if not graph.revisions.keys() >= set(now) or not graph.ancestors(now) <= graph.ancestors(rows):
        return None
    applied = graph.ancestors(rows)
    tips = graph.tips(applied)
    redundant = sorted(applied.intersection((*rows, *now)).difference(tips))
    return Schema(now, tips, [] if graph.ancestors(now) == applied else list(tips), redundant=redundant)


def one_down(present: Graph, rows: list[str]) -> str:
    """Return the revision that taking back one migration leads to; Refused where that is ambiguous."""
    if not rows:
        raise Refused("The database has no revision to take back. Nothing was changed.")
    parents = present.revisions[rows[0]].down_revisions if rows[0] in present.revisions else ()
    if len(rows) > 1 or len(parents) > 1:
        several = ", ".join(rows if len(rows) > 1 else parents)
        raise Refused(f"More than one way down ({several}): name one with --revision. Nothing was changed.")
    return parents[0] if parents else "base"


def start_up(environment: Environment, sha: str) -> str:
    """Return the command that prints what may start the containers of commit `sha`: Dockerfiles, scripts, compose."""
    files = ["*Dockerfile*", "*.sh", "*entrypoint*", "*start*", *environment.compose.files]
    return f"git -C {paths.app(environment)} {join('grep', '-h', '-E', 'upgrade', sha, '--', *files)}"


def start_up_upgrade(c, sha: str) -> str | None:
    """Return the words in the start-up of commit `sha` that upgrade the database; None where none are found."""
    from ..tools.alembic import migrations

    return migrations.starts_upgrade([c.sh(start_up(c.environment, sha), check=False).stdout])


def _present_refs(environment: Environment) -> list[str]:
    return ["HEAD", f"refs/heads/{environment.app.branch}"]


def _schema(rows: list[str], compared: Comparison, problem: str) -> Schema:
    if compared.kind not in ("same", "downgrade"):
        raise Refused(f"{problem}: {compared.reason}. Nothing was changed. {WAYS_OUT}")
    arguments = revisions.downgrade_arguments(compared)
    return Schema(rows, compared.rows_after, arguments, compared.downgrades, compared.redundant)


def _asked_of_image(c, commit, why) -> list[str]:
    alembic = c.environment.database.alembic
    image = f"$(docker images -q --no-trunc --filter label=org.opencontainers.image.revision={commit.sha} | head -n 1)"
    entry, *rest = alembic.command.split()
    command = f'docker run --rm --network none --entrypoint {quote(entry)} "$i" {join(*rest, "heads")}'
    answer = c.sh(f'i={image}; [ -n "$i" ] && {command}', check=False)
    heads = re.findall(r"^([A-Za-z0-9_]+)\b.*\(head\)", answer.stdout, re.MULTILINE)
    if not answer.ok or not heads:
        raise Refused(f"The migrations of {commit.title} cannot be read: {why}. Nothing was changed. {WAYS_OUT}")
    return heads
