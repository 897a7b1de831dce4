# Fails, naming their containers, where services run that were stopped: something on the host starts them again.
# Arguments: SERVICE... Exit codes: 0 none runs, 1 some do.
. "$SCRIPTS/tools/compose/lib.sh"
[ $# -gt 0 ] || exit 0
look
back=$(running "$@")
[ -n "$back" ] || exit 0
names=$(with_names "$back" | cut -d ' ' -f 2 | paste -sd ' ')
fail "started again by something on the host after the stop: $names (a supervisor, a cron job?); end that first"
