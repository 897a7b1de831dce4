# Ends the sessions of the step STEP in the server; those that clean up behind it stay: stop.sh STEP
. "$SCRIPTS/tools/postgres/lib.sh"
echo "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = left(:'step', 63);" \
  | admin -v step="$1"
