# Prints what the deployment is, as deployment.awk does; `v1` where its compose is that, which few engines still take.
# Exit codes: 0 decided, 2 hosts.yaml and what runs, or two projects, contradict each other.
. "$SCRIPTS/tools/compose/lib.sh"
settle_command
echo "project $PROJECT"
echo "folder $FOLDER"
printf '%s\n' "$COMPOSE_FILES" | sed 's/^/file /'
printf '%s\n' "$ENV_FILES" | sed -n 's/^./env_file &/p'
echo "command $COMPOSE_COMMAND"
[ "$COMPOSE_COMMAND" != docker-compose ] || ! is_v1 || echo v1
