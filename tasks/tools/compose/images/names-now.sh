# Prints `SERVICE ID` for every service that has a container: the id that the name of its image has now, empty where
# no image has it.
. "$SCRIPTS/tools/compose/lib.sh"
all=$(containers)
[ -n "$all" ] || exit 0
# shellcheck disable=SC2086 # ids, one word each
docker inspect -f "$service_label {{.Config.Image}}" $all | sort -u | while read -r service name; do
  printf '%s %s\n' "$service" "$(docker image inspect -f '{{.Id}}' "$name" 2>/dev/null)"
done
