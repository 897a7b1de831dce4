# Prints the ids of the containers that run. Arguments: [SERVICE...]; without one, of all of them.
. "$SCRIPTS/tools/compose/lib.sh"
running "$@"
