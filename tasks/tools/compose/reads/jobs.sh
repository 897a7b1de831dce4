# Prints the names of the project's containers that were started by `compose run`, and still run.
. "$SCRIPTS/tools/compose/lib.sh"
[ -n "$PROJECT" ] || exit 0
docker ps --filter "label=$label.oneoff=True" --filter "label=$label.project=$PROJECT" --format '{{.Names}}'
