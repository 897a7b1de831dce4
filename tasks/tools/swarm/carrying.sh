# Functions that bring images from node to node, where no registry has them. A script sources it after compose/lib.sh.
# shellcheck source=/dev/null
. "$SCRIPTS/tools/swarm/nodes.sh"

other_nodes() ( # the nodes that tasks may be started on, but this one
  said=$(docker node ls --format '{{.Self}} {{.Status}} {{.Availability}} {{.Hostname}}') || exit
  printf '%s\n' "$said" | sed -n 's/^false Ready Active //p'
)

brought() { # IMAGE [NODE...]: to this node, from a registry, or one of the nodes; of all others where none is named
  ! docker image inspect "$1" >/dev/null 2>&1 || return 0
  case $1 in sha256:*) ;; *) ! docker pull --quiet "$1" >/dev/null || return 0 ;; esac
  image=$1
  shift
  # shellcheck disable=SC2046 # hostnames, one word each
  [ $# -gt 0 ] || set -- $(other_nodes)
  for node; do
    on_node "$node" image inspect "$image" >/dev/null 2>&1 </dev/null || continue
    echo "from $node: $image"
    on_node "$node" save "$image" </dev/null | docker load --quiet >/dev/null
    ! docker image inspect "$image" >/dev/null 2>&1 || return 0
  done
  return 1
}
