# Waits until the swarm has a leader, and prints what the swarm calls this node. Where the leader is lost, its managers
# choose another one in less than half a minute.
# Exit codes: 0 it has one, 1 it has none, or this node is no manager, or has no checkout.
. "$SCRIPTS/tools/compose/lib.sh"
LIMIT=30 # seconds; docker takes up to 20 more to say that there is none
end=$(($(date +%s) + LIMIT))
until said=$(docker node ls --quiet 2>&1); do
  case $said in *'not a swarm manager'*) end=0 ;; esac
  [ "$(date +%s)" -lt "$end" ] || fail "$(printf '%s\n' "$said" | tail -n 1)"
  sleep 1
done
docker info -f '{{.Swarm.NodeID}}'
