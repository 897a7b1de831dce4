# Prints the container of a service's task on this node. Argument: SERVICE, as the swarm calls it.
# Exit codes: 0 printed, 2 none runs here.
. "$SCRIPTS/tools/lib.sh"
here=$(docker ps -q --no-trunc --filter "label=com.docker.swarm.service.name=$1" | sed 1q)
if [ -z "$here" ]; then
  nodes=$(docker service ps --filter desired-state=running --format '{{.Node}}' "$1" 2>/dev/null | sort -u | paste -sd ' ' -)
  [ -n "$nodes" ] || refuse "$1 is not running"
  refuse "$1 runs on $nodes, not on this node: it has to be on the manager that serves (hosts in hosts.yaml)"
fi
printf '%s\n' "$here"
