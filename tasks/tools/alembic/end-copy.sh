# Waits until an interrupted drill beside has removed its copy, and removes what it left: that it was killed is possible.
# Variables: those of tools/compose/lib.sh; RUN; PATIENCE, in seconds. Prints the ids of what is left then.
# Exit code: 0.
. "$SCRIPTS/tools/compose/lib.sh"
. "$SCRIPTS/tools/alembic/copy-lib.sh"
while [ "$PATIENCE" -gt 0 ] && [ -n "$(left_of_copy)" ]; do
  PATIENCE=$((PATIENCE - 1))
  sleep 1
done
remove_copy
left_of_copy | sort -u
