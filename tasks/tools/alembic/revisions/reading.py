"""From the printed git objects to the migration graph of each commit."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping

from .answers import NoAlembic, Undecidable, UndecidedError
from .config import options
from .graph import Graph, Revision
from .locations import migration_paths
from .modules import Module, read_module
from .stream import Snapshot, read

Answer = Graph | Undecidable | NoAlembic


def parse(output: str) -> dict[str, Answer]:
    """Return, for each commit given to `fetch_script`, its graph or why there is none.

    Raises BadOutputError (a ValueError) if the output did not arrive whole.
    """
    stream = read(output)
    known: dict[tuple[str, str], Module | UndecidedError] = {}
    return {commit: _answer(snapshot, stream.config, known) for commit, snapshot in stream.commits.items()}


def _answer(snapshot: Snapshot | None, config: str, known: dict) -> Answer:
    if snapshot is None:
        return Undecidable("the repository has no such commit")
    try:
        found = options(snapshot, config)
        if found is None:
            return _unconfigured(snapshot, config)
        paths = migration_paths(snapshot, found)
        if not paths:
            _refuse_strays(snapshot, "no migration where the configuration points to")
        return _graph({path: _module(snapshot, path, known) for path in paths})
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
        if path.endswith(".py") and _is_migration(snapshot.content(path), path):
            raise UndecidedError(f"{reason}, yet {path} looks like a migration")


def _is_migration(content: bytes | None, path: str) -> bool:
    try:
        return bool(read_module(content, posixpath.basename(path)))
    except UndecidedError:
        return False


def _module(snapshot: Snapshot, path: str, known: dict) -> Module:
    """The migration at `path`; a blob that several commits share is read once."""
    name = posixpath.basename(path)
    key = (snapshot.entries[path].object, name)
    if key not in known:
        try:
            known[key] = read_module(snapshot.content(path), name)
        except UndecidedError as undecided:
            known[key] = undecided
    result = known[key]
    if isinstance(result, UndecidedError):
        raise UndecidedError(result.answer.reason, path, result.answer.line)
    return result


def _graph(modules: Mapping[str, Module]) -> Graph:
    names = _names(modules)
    return Graph.of(
        Revision(
            module.revision,
            module.down_revisions,
            tuple(_resolved(name, names, path, module) for name in module.depends_on),
            module.title,
            path,
            module.source,
        )
        for path, module in modules.items()
    )


def _names(modules: Mapping[str, Module]) -> dict[str, str]:
    """What a depends_on may name: ids, and branch labels."""
    labels = {label: m.revision for m in modules.values() for label in m.branch_labels}
    return labels | {module.revision: module.revision for module in modules.values()}


def _resolved(name: str, names: Mapping[str, str], path: str, module: Module) -> str:
    if name not in names:
        reason = f"depends_on {name}, neither a revision nor a literal branch label"
        raise UndecidedError(reason, path, module.lines["depends_on"])
    return names[name]
