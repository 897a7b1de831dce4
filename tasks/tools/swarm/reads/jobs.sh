# Prints nothing: `compose run` starts nothing in a stack.
. "$SCRIPTS/tools/lib.sh"
