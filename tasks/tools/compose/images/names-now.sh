# Prints `SERVICE ID` for every service that has a container: the id that the name of its image has now, empty where
# no image has it.
. "$SCRIPTS/tools/compose/lib.sh"
image_ids "$(inspected | cut -f 4,6 | tr '\t' ' ' | sort -u)"
