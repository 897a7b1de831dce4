# Prints the stack, and that it is one: no image is built for it, and none is named after it.
. "$SCRIPTS/tools/lib.sh"
echo "$STACK stack"
