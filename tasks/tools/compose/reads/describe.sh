# Prints what the compose files in the checkout mean. Arguments: OPTION... of `compose config`. Exit codes: compose's own.
. "$SCRIPTS/tools/compose/lib.sh"
describe "$@"
