# Starts the containers of services as they are.
# Arguments: SERVICE... Exit codes: 0 none of them is stopped, 1 failed.
. "$SCRIPTS/tools/compose/containers/lib.sh"
all=$(containers "$@")
[ -n "$all" ] || exit 0
start_existing "$all"
# shellcheck disable=SC2086 # ids, one word each
left=$(docker inspect -f '{{.State.Status}} {{.Name}}' $all | grep -v '^running' || :)
[ -z "$left" ] || fail "not running: $left"
