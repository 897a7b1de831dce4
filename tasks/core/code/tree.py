"""The tree of a commit beside the checkout, as a build in the checkout would find it."""

from __future__ import annotations

from ..shell import join, quote


def export(app: str, sha: str, folder: str) -> str:
    """Return sh text that puts the files of commit `sha` into `folder`; `app` and `folder` are shell words.

    Filters and line ends are git's own. What git does not track (`.env`, certificates) comes along as
    hard links, as it would lie in the checkout; what the login cannot read is left out, as a build would.
    """
    git = f"GIT_INDEX_FILE={folder}.index git -C {app}"
    return "\n".join(
        [
            f"rm -rf {folder} {folder}.index; mkdir -p {folder}",
            f"{git} read-tree {quote(sha)}",
            f"{git} checkout-index -a -q --prefix={folder}/",
            f"rm -f {folder}.index",
            f"( cd {app} && git ls-files -o -z --directory |",
            '  xargs -0 -r sh -c \'d=$1; shift; cp -al --parents -t "$d" -- "$@" 2>/dev/null ||'
            f' cp -a --parents -t "$d" -- "$@" 2>/dev/null || :\' sh {folder} )',
        ]
    )


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
