# Prints `SERVICE ENVIRONMENT`, a JSON list, for each container of the project.
. "$SCRIPTS/tools/compose/lib.sh"
all=$(containers)
# shellcheck disable=SC2086 # ids, one word each
[ -z "$all" ] || docker inspect -f "$service_label {{json .Config.Env}}" $all
