# Prints `1.` where the deployment's compose is v1, else `2.`. Variables: those of lib.sh.
. "$SCRIPTS/tools/compose/lib.sh"
settle_command
if [ "$COMPOSE_COMMAND" = docker-compose ] && is_v1; then echo 1.; else echo 2.; fi
