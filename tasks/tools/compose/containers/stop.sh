# Stops services side by side, the database last, and proves that none runs.
# Arguments: SERVICE... Exit codes: 0 stopped, 1 failed.
# The last lines of the containers' logs, those of their end included, are kept in the run's folder.
. "$SCRIPTS/tools/compose/containers/lib.sh"
look
remember
halt "$@"
keep_logs "$@" &
kept=$!
look
left=$(running "$@")
[ -z "$left" ] || fail "still running: $left"
wait "$kept" || :
