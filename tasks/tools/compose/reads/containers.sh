# Prints a line for each container of the project, its fields apart by tabs: id, name, service, image id, image name,
# restarts, project, restart policy, and its state as JSON.
. "$SCRIPTS/tools/compose/lib.sh"
found=$(inspected)
printf '%s\n' "$found" | cut -f 2-
