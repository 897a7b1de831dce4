# Prints what the deployment is, as deployment.sh of compose does.
# Exit codes: 0 decided, 1 the swarm does not say, 2 this node is no manager, or the stack is not there.
. "$SCRIPTS/tools/compose/lib.sh"
[ "$(docker info -f '{{.Swarm.ControlAvailable}}')" = true ] \
  || refuse 'the host is no manager of a swarm, which each of hosts has to be (orchestrator: swarm in hosts.yaml)'
services=$(stacked '{{.ID}}')
[ -n "$services" ] || refuse "the swarm has no stack $STACK (stack in hosts.yaml)"
echo "project $STACK"
printf '%s\n' "$COMPOSE_FILES" | sed 's/^/file /'
printf '%s\n' "$ENV_FILES" | sed -n 's/^./env_file &/p'
