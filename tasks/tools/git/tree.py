"""What the tree of a commit holds, and what it would overwrite."""

from __future__ import annotations

from ...ssh.shell import join, quote


def exists(app: str, sha: str, *files: str) -> str:
    """Return a command that prints every one of `files` that commit `sha` does not have."""
    return "\n".join(
        f"git -C {app} cat-file -e {quote(f'{sha}:{name}')} 2>/dev/null || printf '%s\\n' {quote(name)}"
        for name in files
    )


def in_the_way(app: str, sha: str) -> str:
    """Return a command that prints untracked files, ignored ones too, which commit `sha` would overwrite."""
    ours = join("ls-files", "-o")
    return f"{{ git -C {app} {ours}; git -C {app} ls-tree -r --name-only --full-tree {quote(sha)}; }} | sort | uniq -d"
