"""From the printed git objects to the migration graph of each commit."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from dataclasses import replace

from ....config.database_section import Alembic
from ....ssh.probe import Probe, single
from ....ssh.shell import Answer
from .answers import Undecidable, UndecidedError
from .configuration import migration_paths
from .git_objects import BadOutputError, Snapshot, fetch_script, read
from .graph import Graph, Revision
from .migration_files import read_migration

Graphs = dict[str, Graph | Undecidable]
"""By commit, as it was named: its graph, or why there is none."""


def probe(checkout: str, commits: Sequence[str], alembic: Alembic) -> Probe[Graphs]:
    """Return the question for the graphs of `commits`: all undecidable where its answer does not arrive whole."""

    def graphs(answer: Answer) -> Graphs:
        try:
            return parse(answer.out, alembic.config, alembic.section)
        except BadOutputError as error:
            return dict.fromkeys(commits, Undecidable(answer.err.strip() or str(error), torn=True))

    return single(fetch_script(checkout, commits, alembic.config), graphs)


def parse(output: str, config: str, section: str = "alembic") -> Graphs:
    """Return the graph of each commit, or why there is none; raise BadOutputError for what did not arrive whole."""
    config = posixpath.normpath(config)
    return {commit: _answer(snapshot, config, section) for commit, snapshot in read(output).items()}


def _answer(snapshot: Snapshot | None, config: str, section: str) -> Graph | Undecidable:
    if snapshot is None:
        return Undecidable("the repository has no such commit")
    try:
        paths = migration_paths(snapshot, config, section)
        strays = [path for path in sorted(snapshot.files) if path.endswith(".py") and snapshot.content(path)]
        if strays and not paths:
            raise UndecidedError(f"no migration where the configuration points to, yet {strays[0]} looks like one")
        return Graph.of(_migration(snapshot, path) for path in paths)
    except UndecidedError as undecided:
        return undecided.answer


def _migration(snapshot: Snapshot, path: str) -> Revision:
    try:
        return replace(read_migration(snapshot.content(path)), path=path)
    except UndecidedError as undecided:
        raise undecided.at(path) from undecided
