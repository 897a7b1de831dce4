# Prints what the compose files of a commit mean, as compose reads them in the checkout; or, where they need other
# files of the commit, in its tree. Arguments: COMMIT. Exit codes: compose's own.
. "$SCRIPTS/tools/compose/lib.sh"
folder=$(mktemp -d)
at_exit 'rm -rf "$folder"'
while IFS= read -r file; do
  mkdir -p "$folder/$(dirname "$file")"
  git show "$1:$file" >"$folder/$file"
done <<FILES
$COMPOSE_FILES
FILES
files_in=$folder
! compose --project-directory "$PWD" config 2>"$folder/err" || exit 0
sh "$SCRIPTS/tools/git/export-tree.sh" "$1" "$folder/tree"
files_in=$folder/tree
compose --project-directory "$files_in" config
