# Prints the compose files of a commit as they are written, each after the character 036, and before each those YAML files
# that it names: compose takes what it extends or includes from there. Arguments: COMMIT.
. "$SCRIPTS/tools/compose/lib.sh"

printed() ( # COMMIT FILE DEEP: how many files may name each other
  text=$(contents "$1" "$2") || :
  [ "$3" = 0 ] || printf '%s\n' "$text" | grep -oE '[A-Za-z0-9_./-]+[.]ya?ml' | sort -u | while read -r named; do
    case $2 in */*) named=${2%/*}/$named ;; esac
    [ "$named" = "$2" ] || ! found "$1" "$named" || printed "$1" "$named" $(($3 - 1))
  done
  printf '\036%s\n' "$text"
)

printf '%s\n' "$COMPOSE_FILES" | while IFS= read -r file; do printed "$1" "$file" 3; done
