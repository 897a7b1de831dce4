#!/bin/sh
# Print what git holds of the migrations of commits: their paths, then each content once; gzip in base64.
#
# read-graphs.sh COMMIT...
#   CHECKOUT  the checkout's folder
#   CONFIG    the path of alembic.ini, of the pyproject.toml with [tool.alembic], or of the script folder, in the
#             checkout's folder, where that lies below the repository's top and has it, else in the repository
# Exit codes: 0 printed; 1 no repository. A list that git could not give is the record `failed`: sh has no pipefail.
set -eu
LC_ALL=C
export LC_ALL
cd -- "$CHECKOUT"
top=$(git rev-parse --show-cdup) below=$(git rev-parse --show-prefix)
cd "./$top"
git cat-file -e "HEAD:$below$CONFIG" 2>/dev/null || below=
folder=
case $CONFIG in */*) folder=${CONFIG%/*}/ ;; esac

full() {
  git rev-parse --verify -q "$1^{commit}"
}

tree() {
  GIT_LITERAL_PATHSPECS=1 git ls-tree -r -z --full-tree "$@" || printf 'failed\0'
}

# Migrations, configurations and links; a name may hold any byte but zero.
paths() {
  tree "$1:${below%/}" | tr '\n\0' '\0\n' | { grep -aE '^1[26]0000 |^failed$|\.(py|ini|toml)$' || :; } | tr '\n\0' '\0\n'
  tree "$1:${below%/}" -- "$CONFIG"
}

# Alembic loads no migration without a down_revision.
contents() {
  for path in "$CONFIG" "$CONFIG/alembic.ini" "${folder}alembic.ini" "${folder}pyproject.toml"; do
    printf '%s:%s\n' "$1" "$below$path"
  done
  git --no-pager grep --no-color -alzF -e down_revision "$1" -- "$below*.py" | tr '\0' '\n'
}

objects() {
  for commit; do
    tip=$(full "$commit") && contents "$tip"
  done | git cat-file --batch-check='%(objecttype) %(objectname)' | sed -n 's/^blob //p' | sort -u
}

everything() {
  for commit; do
    if tip=$(full "$commit"); then
      printf 'commit %s\0' "$commit"
      paths "$tip"
    else
      printf 'missing %s\0' "$commit"
    fi
  done
  printf 'blobs\0'
  objects "$@" | git cat-file --batch
  printf 'end'
}

everything "$@" | gzip -c | base64
