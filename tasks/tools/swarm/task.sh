# Prints the container of a service's task: its id, and NODE/ID where that is on another node. Argument: SERVICE, as the
# swarm calls it. Exit codes: 0 printed, 2 none runs, or its node cannot be reached.
. "$SCRIPTS/tools/lib.sh"
. "$SCRIPTS/tools/swarm/nodes.sh"
about='{{.Status.State}} {{.NodeID}} {{with .Status.ContainerStatus}}{{.ContainerID}}{{end}} {{.Status.Err}}'

reached() { # NODE ID: refuses where docker over SSH does not find that container there
  said=$(on_node "$1" inspect -f '{{.Id}}' "$2" 2>&1) && return
  refuse "$service runs on $1, which $(not_reached "$1" "$said")"
}

again() { # TASKS: what has the swarm try a task again that waits for a node, where none is lost; it may have dropped it
  nodes=$(docker node ls --format '{{.Status}}' 2>/dev/null) || return 0
  printf '%s\n' "$1" | grep -q '^pending ' && ! printf '%s\n' "$nodes" | grep -q Down || return 0
  echo "; no node is lost: docker service update --force $service has the swarm try again"
}

service=$1
here=$(docker ps -q --no-trunc --filter "label=com.docker.swarm.service.name=$service" | sed 1q)
if [ -z "$here" ]; then
  tasks=$(docker service ps -q --no-trunc --filter desired-state=running "$service" 2>/dev/null) || tasks=
  # shellcheck disable=SC2086 # ids, one word each
  [ -z "$tasks" ] || tasks=$(docker inspect --type task -f "$about" $tasks)
  running=$(printf '%s\n' "$tasks" | sed -n 's/^running //p' | sed 1q)
  cause=$(printf '%s\n' "$tasks" | sed -n 's/^[^ ]* [^ ]* [^ ]* \(..*\)/: \1/p' | sed 1q)
  [ -n "$running" ] || refuse "$service is not running$cause$(again "$tasks")"
  node=$(docker node inspect -f '{{.Description.Hostname}}' "${running%% *}")
  id=${running#* } id=${id%% *}
  reached "$node" "$id"
  here=$node/$id
fi
printf '%s\n' "$here"
