# Prints the names of the project's containers that were started by `compose run`, and still run.
. "$SCRIPTS/tools/compose/lib.sh"
[ -n "$PROJECT" ] || exit 0
found=$(survey)
printf '%s\n' "$found" | project=$PROJECT awk -F '\t' '$5 == "True" && $6 == ENVIRON["project"] && $3 ~ /^(Up|Restarting)/ { print $2 }'
