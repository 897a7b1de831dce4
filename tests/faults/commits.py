"""Commits made on the host, one file of another one changed: targets that are broken in one way each."""

from __future__ import annotations

import shlex

from sandbox.host import Host

MAKE = """cd jctc-app; export GIT_INDEX_FILE=/tmp/index.$$; git read-tree {base}
{changes}
tree=$(git write-tree); rm -f "$GIT_INDEX_FILE"
export GIT_AUTHOR_NAME=t GIT_AUTHOR_EMAIL=t@example.org GIT_COMMITTER_NAME=t GIT_COMMITTER_EMAIL=t@example.org
git commit-tree -p {base} -m {message} $tree"""
CHANGE = "git update-index --add --cacheinfo {mode},$(printf %s {text} | git hash-object -w --stdin),{path}"


def make(host: Host, base: str, message: str, files: dict[str, str]) -> str:
    """Return the hash of a new commit on `base` with `files` (path to content) put in."""
    modes = {path: "100755" if path.endswith(".sh") else "100644" for path in files}
    changes = "\n".join(
        CHANGE.format(mode=modes[path], text=shlex.quote(text), path=shlex.quote(path)) for path, text in files.items()
    )
    return host.exec(MAKE.format(base=base, changes=changes, message=shlex.quote(message)))


DEPLOY = """set -e; cd jctc-app; git checkout -q --detach {commit}
compose() {{ docker-compose -f docker-compose.prod.yml "$@"; }}
compose build -q app; compose run --rm app alembic upgrade heads; compose up -d -t 1
for i in $(seq 600); do ! curl -fs -m 5 http://127.0.0.1:8000/health >/dev/null || break; sleep 0.1; done"""


def deploy(host: Host, commit: str) -> None:
    """Deploy a commit on the host, as people would do it."""
    host.exec(DEPLOY.format(commit=commit), timeout=180)
