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

# Whether one of these files names further ones, which compose would take as they are in the checkout.
names_others() { # FILES
  printf '%s\n' "$1" | while IFS= read -r file; do cat "$file" 2>/dev/null || :; done \
    | grep -E '(^|[[:space:]{,"])(extends|include)"?:' >/dev/null
}

own=${FOLDER:+$FOLDER/}.env # compose reads it unasked, but beside the files: there it is the one of HEAD
[ -n "$ENV_FILES" ] || ! found "$1" "$own" || ENV_FILES=$own
files=$(laid "$1" "$COMPOSE_FILES")
if ! names_others "$files" && (
  COMPOSE_FILES=$files ENV_FILES=$(laid "$1" "$ENV_FILES") FOLDER=$PWD${FOLDER:+/$FOLDER}
  describe 2>"$folder/err"
); then
  cat "$folder/err" >&2
  exit
fi
sh "$SCRIPTS/tools/git/export-tree.sh" "$1" "$folder/tree"
cd "$folder/tree/$(git rev-parse --show-prefix)"
describe
