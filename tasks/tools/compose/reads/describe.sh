# Prints what the compose files in the checkout mean. Exit codes: compose's own.
. "$SCRIPTS/tools/compose/lib.sh"
describe
