# Stops services on all nodes, the database last, and proves that no task of them runs. How many there were is kept as a label of the service,
# which its next deployment removes; the last lines of their logs in the run's folder.
# Arguments: SERVICE... Exit codes: 0 stopped, 1 failed.
. "$SCRIPTS/tools/swarm/deploying.sh"
LIMIT=280 # seconds that their tasks may take to end; the grace of each is the stack's
NOBODY_KNOWS='a node does not answer, and whether these end there is not known (is it gone for good: docker node rm --force)'

halt() { # SERVICE
  about=$(docker service inspect -f "{{if .Spec.Mode.Global}}global{{else}}{{.Spec.Mode.Replicated.Replicas}}{{end}} {{index .Spec.Labels \"$HALTED\"}}" "${STACK}_$1")
  [ -n "${about#* }" ] || set -- "$1" --label-add "$HALTED=$(count "$1" "${about% *}")"
  case $about in
    global*) set -- "$@" --constraint-add "$NOWHERE" ;;
    *) set -- "$@" --replicas 0 ;;
  esac
  service=${STACK}_$1
  shift
  docker service update --detach --quiet "$@" "$service" >/dev/null
}

count() { # SERVICE NUMBER: how many tasks it has; a global one says no number
  if [ "$2" = global ]; then running_tasks "$1" | grep -c .; else echo "$2"; fi
}

running_tasks() { # SERVICE...: names and nodes of tasks that have not ended; fails where the swarm does not say
  listed=$(for one; do docker service ps --format '{{.CurrentState}}	{{.Name}} on {{.Node}}' "${STACK}_$one" 2>&1 || exit; done) || {
    printf '%s\n' "$listed"
    return 1
  }
  printf '%s\n' "$listed" | sed -n 's/^\(Assigned\|Accepted\|Preparing\|Ready\|Starting\|Running\) [^	]*	//p'
}

end_services() { # SERVICE...: all of them at once
  for one; do halt "$one"; done
  heard=$(date +%s) end=$(($(date +%s) + LIMIT))
  while :; do
    if left=$(running_tasks "$@"); then
      [ -n "$left" ] || return 0
      [ "$(date +%s)" -lt "$end" ] || fail "still running: $(joined "$left")"
      [ "$(lost "$left")" != "$left" ] || fail "$NOBODY_KNOWS: $(joined "$left")"
      heard=$(date +%s)
    else
      patient "$left"
    fi
    sleep 0.5
  done
}

joined() { printf '%s\n' "$1" | paste -sd ',' -; } # LINES

lost() { # TASKS: those of them on nodes that the swarm has lost
  gone=$(docker node ls --format '{{.Status}} {{.Hostname}}' | sed -n 's/^Down //p')
  printf '%s\n' "$1" | gone=$gone awk '
    BEGIN { count = split(ENVIRON["gone"], names, "\n"); while (count) lost[names[count--]] }
    $NF in lost'
}

unknown=$(lost "$(running_tasks "$@" || :)")
[ -z "$unknown" ] || fail "nothing was stopped: $NOBODY_KNOWS: $(joined "$unknown")"
mkdir -p "$run/evidence"
for one; do
  task_logs --timestamps --tail 5000 "${STACK}_$one" >"$run/evidence/$one.log" &
done
wait
# shellcheck disable=SC2046 # names of services, one word each
end_services $(applications "$@")
# shellcheck disable=SC2046
end_services $(database_of "$@")
