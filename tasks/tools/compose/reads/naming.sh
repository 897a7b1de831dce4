# Prints how compose names what it makes here: the project, or the folder that it is called after; and what joins a name.
. "$SCRIPTS/tools/compose/lib.sh"
settle_command
joint=-
[ "$COMPOSE_COMMAND" != docker-compose ] || ! is_v1 || joint=_
echo "${PROJECT:-$(basename "$(cd "./$FOLDER" && pwd -P)")}" "$joint"
