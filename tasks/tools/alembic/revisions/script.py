"""The script that reads the migrations of commits out of git objects, in one round trip."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Sequence

# Every commit gives a record and its list of paths; the blobs of all of them follow once each.
# `git grep` narrows the contents: Alembic loads no migration without a `down_revision`.
# A command that fails inside a pipe leaves the record `failed`, since POSIX sh has no pipefail.
_TEMPLATE = r"""
set -eu
LC_ALL=C; export LC_ALL
CDPATH= cd -- {repository}
top=$(git rev-parse --show-cdup)
cd "./$top"
paths() {{
  {{ git ls-tree -r -z --full-tree "$1" || printf 'failed\0'; }} | tr '\n\0' '\0\n' |
    grep -aE '^1[26]0000 |^failed$|\.(py|pyc|pyo|ini|toml|cfg)$|'{config_pattern} |
    tr '\n\0' '\0\n'
}}
wanted() {{
  for path in {configs}; do printf '%s:%s\n' "$1" "$path"; done
  git --no-pager grep --no-color -alzF -e down_revision "$1" -- '*.py' | tr '\0' '\n'
}}
objects() {{
  for commit; do
    full=$(git rev-parse --verify -q "$commit^{{commit}}") && wanted "$full"
  done | git cat-file --batch-check='%(objecttype) %(objectname)' |
    grep '^blob ' | cut -d ' ' -f 2 | sort -u
}}
everything() {{
  printf 'config %s\0' {config}
  for commit; do
    if full=$(git rev-parse --verify -q "$commit^{{commit}}"); then
      printf 'commit %s\0' "$commit"
      paths "$full"
    else
      printf 'missing %s\0' "$commit"
    fi
  done
  printf 'blobs\0'
  objects "$@" | git cat-file --batch
  printf 'end'
}}
pack() {{ if command -v gzip >/dev/null 2>&1; then gzip -c; else cat; fi; }}
echo '{begin}'
everything {commits} | pack | base64
echo '{end}'
"""

BEGIN = "==revisions=="
END = "==end of revisions=="


def fetch_script(repository: str, commits: Sequence[str], config: str) -> str:
    """Return the sh script that prints what `parse` needs to know about `commits`.

    `repository` is the checkout on the host, `config` the path of alembic.ini (or of the
    pyproject.toml with `[tool.alembic]`) in the repository. Raises ValueError for a commit
    or a path that git could take for something else.
    """
    config = _inside(config)
    return _TEMPLATE.format(
        repository=shlex.quote(repository),
        config=shlex.quote(config),
        config_pattern=shlex.quote(f"\t{_escaped(config)}$"),
        configs=shlex.join(config_paths(config)),
        commits=shlex.join([_name(commit) for commit in commits]),
        begin=BEGIN,
        end=END,
    ).lstrip()


def config_paths(config: str) -> list[str]:
    """Return the files that can configure Alembic: `config`, and what it reads beside it."""
    folder = posixpath.dirname(config)
    beside = [posixpath.join(folder, "alembic.ini"), posixpath.join(folder, "pyproject.toml")]
    if posixpath.basename(config) != "pyproject.toml":
        beside = [config, beside[1]]
    return list(dict.fromkeys([*beside, "pyproject.toml"]))


def _inside(path: str) -> str:
    normal = posixpath.normpath(path)
    if not path or normal.startswith(("/", "../")) or any(c in path for c in "\0\n"):
        raise ValueError(f"{path!r} is not a path inside the repository")
    return normal


def _name(commit: str) -> str:
    if not commit or commit.startswith("-") or any(c.isspace() or c in ":\0" for c in commit):
        raise ValueError(f"{commit!r} is not the name of a commit")
    return commit


def _escaped(text: str) -> str:
    return "".join(f"\\{c}" if c in r".[](){}*+?^$|\\" else c for c in text)
