# Stops services on all nodes, and proves that no task of them runs. How many there were is kept as a label of the service,
# which its next deployment removes; the last lines of their logs in the run's folder.
# Arguments: SERVICE... Exit codes: 0 stopped, 1 failed.
. "$SCRIPTS/tools/swarm/deploying.sh"
LIMIT=120 # seconds that their tasks may take to end; the grace of each is the stack's

halt() { # SERVICE
  about=$(docker service inspect -f "{{if .Spec.Mode.Global}}global{{else}}{{.Spec.Mode.Replicated.Replicas}}{{end}} {{index .Spec.Labels \"$halted\"}}" "$prefix$1")
  [ -n "${about#* }" ] || set -- "$1" --label-add "$halted=$(count "$1" "${about% *}")"
  case $about in
    global*) set -- "$@" --constraint-add "$nowhere" ;;
    *) set -- "$@" --replicas 0 ;;
  esac
  service=$prefix$1
  shift
  docker service update --detach --quiet "$@" "$service" >/dev/null
}

count() { # SERVICE NUMBER: how many tasks it has; a global one says no number
  if [ "$2" = global ]; then running_tasks "$1" | grep -c .; else echo "$2"; fi
}

running_tasks() { # SERVICE...: names and nodes of tasks that have not ended
  for one; do
    docker service ps --format '{{.CurrentState}}	{{.Name}} on {{.Node}}' "$prefix$one"
  done | sed -n 's/^\(Assigned\|Accepted\|Preparing\|Ready\|Starting\|Running\) [^	]*	//p'
}

mkdir -p "$run/evidence"
for one; do
  timeout 20 docker service logs --timestamps --tail 5000 "$prefix$one" >"$run/evidence/$one.log" 2>&1 &
done
wait
for one; do halt "$one"; done
end=$(($(date +%s) + LIMIT))
while left=$(running_tasks "$@" | paste -sd ',' -) && [ -n "$left" ]; do
  [ "$(date +%s)" -lt "$end" ] || fail "still running, or on a node that does not answer: $left"
  sleep 0.5
done
