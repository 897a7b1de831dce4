"""Trees of migrations beside the one that hosts.yaml names: a release may have changed them as well."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable

from ...config.settings import Environment
from ...ssh import paths, scripts
from ...ssh.probe import Probe, single
from .revisions import Graph


def probe(environment: Environment, ref: str) -> Probe[list[str]]:
    """Return the probe of all folders of migrations that differ between HEAD and `ref`, below the checkout's or not."""
    command = scripts.call("tools/alembic/other-trees.sh", ref, APP=paths.app(environment))
    return single(command, lambda answer: answer.out.splitlines())


def others(changed: list[str], graphs: Iterable[object]) -> list[str]:
    """Return those of the `changed` folders that hold no migration of `graphs`, as far as these are known."""
    known = {posixpath.dirname(one.path) for g in graphs if isinstance(g, Graph) for one in g.revisions.values()}
    return [folder for folder in changed if folder not in known] if known else []
