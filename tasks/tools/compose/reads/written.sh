# Prints the compose files of a commit as they are written, each after the character 036. Arguments: COMMIT.
. "$SCRIPTS/tools/compose/lib.sh"
printf '%s\n' "$COMPOSE_FILES" | while IFS= read -r file; do
  printf '\036'
  contents "$1" "$file" || :
done
