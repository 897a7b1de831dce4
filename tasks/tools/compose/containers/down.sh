# Takes all containers down, their logs kept first.
# Arguments: down, or stop: then they stay, because a volume without a name would be lost to the next ones.
# Exit codes: 0 done, 1 failed.
. "$SCRIPTS/tools/compose/containers/lib.sh"
look
remember
keep_logs
compose "$1" -t "$GRACE"
look
case $1 in
  down) left=$(containers) ;;
  *) left=$(running) ;;
esac
[ -z "$left" ] || fail "still there: $left"
