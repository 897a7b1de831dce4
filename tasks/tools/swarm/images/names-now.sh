# Prints nothing: what a service runs is named by its digest, and stays until it is deployed otherwise.
. "$SCRIPTS/tools/lib.sh"
