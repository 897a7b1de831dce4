"""The tree of a commit beside the checkout, as a build in the checkout would find it."""

from __future__ import annotations

from ...ssh.shell import join, quote

# Submodules come from the host's own copies, which lie in the repository that they are part of.
PARTS = r"""
parts() { # REPOSITORY CHECKOUT FOLDER: fill in the submodules of the tree whose index is FOLDER.index
  list=$(GIT_INDEX_FILE=$3.index git -c core.quotePath=false --git-dir="$1" --work-tree="$3" ls-files -s) || exit
  printf '%s\n' "$list" | sed -n 's/^160000 \([^ ]*\) 0\t/\1 /p' | while read -r sha path; do
    name=$(git config -f "$3/.gitmodules" --get-regexp '^submodule[.].*[.]path$' | path=".path $path" awk '
      { p = ENVIRON["path"]; n = length($0) - length(p) }
      substr($0, n + 1) == p { print substr($0, length("submodule.") + 1, n - length("submodule.")); exit }')
    part=$1/modules/$name; [ -d "$part" ] || part=$2/$path/.git
    [ -d "$part" ] || continue # never brought here: a build in the checkout would find nothing either
    tree=$3/$path; mkdir -p "$tree"
    own() { GIT_INDEX_FILE=$tree.index git --git-dir="$part" --work-tree="$tree" "$@"; }
    own cat-file -e "$sha^{commit}" 2>/dev/null ||
      { echo "submodule $path: its commit $sha is not on the host (git fetch in $path)" >&2; exit 1; }
    own read-tree "$sha"
    own checkout-index -a -q
    parts "$part" "$2/$path" "$tree"
  done || exit
  rm -f "$3.index"
}"""


def export(app: str, sha: str, folder: str) -> str:
    """Return sh text that puts the files of commit `sha` into `folder`; `app` and `folder` are shell words.

    Filters and line ends are git's own; submodules are filled in. What git does not track (`.env`,
    certificates) comes along as hard links, as it would lie in the checkout; what the login cannot
    read is left out, as a build would.
    """
    git = f"GIT_INDEX_FILE={folder}.index git -C {app}"
    return "\n".join(
        [
            f"rm -rf {folder} {folder}.index; mkdir -p {folder}",
            f"{git} read-tree {quote(sha)}",
            f"{git} checkout-index -a -q --prefix={folder}/",
            PARTS,
            f'parts "$(git -C {app} rev-parse --absolute-git-dir)" {app} {folder}',
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
