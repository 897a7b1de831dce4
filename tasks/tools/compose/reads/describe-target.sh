# Prints what the compose files of a commit mean, as compose reads them in the checkout; or, where they need other
# files of the commit, in its tree. Arguments: COMMIT. Exit codes: compose's own.
. "$SCRIPTS/tools/compose/lib.sh"
folder=$(mktemp -d)
at_exit 'rm -rf "$folder"'

laid() { # COMMIT LINES: where those files of the commit lie; what it does not have is taken as it is in the checkout
  printf '%s\n' "$2" | while IFS= read -r file; do
    case $file in '' | /*) printf '%s\n' "$file" && continue ;; esac
    if found "$1" "$file"; then
      mkdir -p "$folder/$(dirname "$file")"
      contents "$1" "$file" >"$folder/$file"
      printf '%s\n' "$folder/$file"
    else
      printf '%s\n' "$PWD/$file"
    fi
  done
}

own=${FOLDER:+$FOLDER/}.env # compose reads it unasked, but beside the files: there it is the one of HEAD
[ -n "$ENV_FILES" ] || ! found "$1" "$own" || ENV_FILES=$own
(
  COMPOSE_FILES=$(laid "$1" "$COMPOSE_FILES") ENV_FILES=$(laid "$1" "$ENV_FILES") FOLDER=$PWD${FOLDER:+/$FOLDER}
  describe 2>"$folder/err"
) && cat "$folder/err" >&2 && exit
sh "$SCRIPTS/tools/git/export-tree.sh" "$1" "$folder/tree"
cd "$folder/tree/$(git rev-parse --show-prefix)"
describe
