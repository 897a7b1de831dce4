# Stops the containers of services and starts the same ones again, the database first.
# Arguments: SERVICE... Exit codes: 0 each of them that runs here started anew, 1 failed.
. "$SCRIPTS/tools/compose/containers/lib.sh"
started() {
  # shellcheck disable=SC2086 # ids, one word each
  docker inspect -f '{{.Id}} {{.State.StartedAt}}' $all
}
look
remember
[ -n "$(printf '%s\n' "$@" | here)" ] || exit 0
all=$(containers "$@")
[ -n "$all" ] || fail 'there is no container to restart'
before=$(started)
halt "$@"
others=$(without "$all" "$(containers "$DATABASE")")
start_existing "$(without "$all" "$others")"
start_existing "$others"
left=$(printf '%s\n' "$before" "$(started)" | sort | uniq -d)
[ -z "$left" ] || fail "not restarted: $left"
