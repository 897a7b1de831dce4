"""From the printed git objects to the migration graph of each commit."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence

from ....ssh.probe import Probe, single
from ....ssh.shell import Answer
from .answers import NoAlembic, Undecidable, UndecidedError
from .configuration import configuration
from .git_objects import BadOutputError, Snapshot, fetch_script, read
from .graph import Graph, Revision
from .locations import migration_paths
from .migration_files import MigrationFile, read_migration

Graphs = dict[str, Graph | Undecidable | NoAlembic]
"""By commit, as it was named: its graph, or why there is none."""

Known = dict[tuple[str, str], MigrationFile | UndecidedError]


def probe(checkout: str, commits: Sequence[str], config: str) -> Probe[Graphs]:
    """Return the question for the migration graphs of `commits`, as `fetch_script` asks it.

    Where the answer does not arrive whole, every graph is undecidable.
    """

    def graphs(answer: Answer) -> Graphs:
        try:
            return parse(answer.out, config)
        except BadOutputError as error:
            return dict.fromkeys(commits, Undecidable(answer.err.strip() or str(error)))

    return single(fetch_script(checkout, commits, config), graphs)


def parse(output: str, config: str) -> Graphs:
    """Return, for each commit given to `fetch_script`, its graph or why there is none.

    Raises BadOutputError (a ValueError) if the output did not arrive whole.
    """
    known: Known = {}
    config = posixpath.normpath(config)
    return {commit: _answer(snapshot, config, known) for commit, snapshot in read(output).items()}


def _answer(snapshot: Snapshot | None, config: str, known: Known) -> Graph | Undecidable | NoAlembic:
    if snapshot is None:
        return Undecidable("the repository has no such commit")
    try:
        found = configuration(snapshot, config)
        if found is None:
            return _unconfigured(snapshot, config)
        paths = migration_paths(snapshot, found)
        if not paths:
            _refuse_strays(snapshot, "no migration where the configuration points to")
        return _graph({path: _migration(snapshot, path, known) for path in paths})
    except UndecidedError as undecided:
        return undecided.answer


def _unconfigured(snapshot: Snapshot, config: str) -> NoAlembic:
    name = posixpath.basename(config)
    others = sorted(path for path in snapshot.entries if posixpath.basename(path) == name)
    if others and name != "pyproject.toml":
        raise UndecidedError(f"not in this commit, which has {', '.join(others[:3])}", config)
    _refuse_strays(snapshot, f"no {config}")
    return NoAlembic(f"no {config}, and no file that looks like a migration")


def _refuse_strays(snapshot: Snapshot, reason: str) -> None:
    """No migrations is only believed of a commit in which nothing looks like one."""
    for path in sorted(snapshot.entries):
        try:
            if path.endswith(".py") and read_migration(snapshot.content(path), posixpath.basename(path)):
                break
        except UndecidedError:
            continue
    else:
        return
    raise UndecidedError(f"{reason}, yet {path} looks like a migration")


def _migration(snapshot: Snapshot, path: str, known: Known) -> MigrationFile:
    """The migration at `path`; a blob that several commits share is read once."""
    name = posixpath.basename(path)
    key = (snapshot.entries[path].object, name)
    if key not in known:
        try:
            known[key] = read_migration(snapshot.content(path), name)
        except UndecidedError as undecided:
            known[key] = undecided
    result = known[key]
    if isinstance(result, UndecidedError):
        raise UndecidedError(result.answer.reason, path)
    return result


def _graph(files: Mapping[str, MigrationFile]) -> Graph:
    labels = {label: file.revision for file in files.values() for label in file.branch_labels}
    names = labels | {file.revision: file.revision for file in files.values()}
    return Graph.of(
        Revision(
            file.revision,
            file.down_revisions,
            tuple(_resolved(name, names, path) for name in file.depends_on),
            file.title,
            path,
            file.source,
        )
        for path, file in files.items()
    )


def _resolved(name: str, names: Mapping[str, str], path: str) -> str:
    """The id that a depends_on means: it may name a branch label as well."""
    if name not in names:
        reason = f"depends_on {name}, neither a revision nor a literal branch label"
        raise UndecidedError(reason, path)
    return names[name]
