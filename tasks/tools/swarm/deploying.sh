# Functions that deploy a stack and watch it to the end. A script sources it instead of compose/lib.sh, which it brings.
. "$SCRIPTS/tools/compose/lib.sh"
LONG=60 # seconds within which a task has to find a node, and the swarm to answer
OFTEN=4 # failures of one service since the deployment that are no accident

# Print those of services that are, or are not, the database's.
database_of() { printf '%s\n' "$@" | grep -xF -e "${DATABASE:--}" || :; }
applications() { printf '%s\n' "$@" | grep -vxF -e "${DATABASE:--}" || :; }

deploy() { # deploy the files COMPOSE_FILES: an image that they name as the last deployment did stays
  set -- --resolve-image changed --with-registry-auth
  ! docker stack deploy --help | grep -q -e --detach || set -- --detach=true "$@" # it is watched here
  note_updates
  began=$(date +%s)
  with_values docker stack deploy "$@" "$STACK"
}

# Keeps when the last update of each service began, as $earlier: how that ended says nothing of what is deployed now.
note_updates() { earlier=$(stacked '{{.Spec.Name}} {{with .UpdateStatus}}{{json .StartedAt}}{{end}}'); }

watched() { # SERVICE...: until the swarm has done what was deployed, or visibly will not; then fail with the cause
  quiet=0 heard=$(date +%s)
  while [ "$quiet" -lt 2 ]; do
    sleep 1
    if ! hear "$@"; then
      patient "$reply"
      quiet=0
      continue
    fi
    heard=$(date +%s)
    replace_dropped
    cause=$(stopped "$@") || fail "$cause$(unreached)"
    if settled "$@"; then quiet=$((quiet + 1)); else quiet=0; fi
  done
}

patient() { # REPLY: fails once the swarm has not answered for too long since $heard; a leader is chosen in some seconds
  [ "$(date +%s)" -lt $((heard + LONG)) ] || fail "the swarm does not answer: $(printf '%s\n' "$1" | tail -n 1)"
}

hear() { # SERVICE...: reads $nodes and $tasks; fails, with the reason in $reply, while the swarm has no leader
  reply=$(docker node ls --format '{{.Status}} {{.Hostname}}' 2>&1) || return
  nodes=$reply
  reply=$(tasks_of "$@" 2>&1) || return
  tasks=$reply
}

unreached() { printf '%s\n' "$nodes" | sed -n 's/^Down //p' | paste -sd ' ' - | sed -n 's/..*/; nodes that do not answer: &/p'; }

tasks_of() { # SERVICE...: a line for each task, `SERVICE ID DESIRED STATE SINCE IMAGE ERROR`; fails where the swarm does not say
  for service; do
    ids=$(docker service ps --no-trunc --quiet "${STACK}_$service") || return
    # shellcheck disable=SC2086 # ids, one word each; one may be gone by now
    docker inspect --type task -f "$service {{.ID}} {{.DesiredState}} {{.Status.State}} {{.Status.Timestamp.Unix}} {{.Spec.ContainerSpec.Image}} {{.Status.Err}}" \
      $ids 2>/dev/null || :
  done
}

# Replaces the tasks that waited for a node before the deployment, once no node is lost: the swarm does not try those again
# whose service was updated while they waited (moby/moby#53722).
replace_dropped() {
  [ -z "$(unreached)" ] || return 0
  printf '%s\n' "$tasks" | began=$began awk '
    $3 == "running" && $4 == "pending" && $5 < ENVIRON["began"] && !seen[$1]++ { print $1 }' | while read -r service; do
    docker service update --detach --quiet --force "${STACK}_$service" >/dev/null </dev/null
  done
}

settled() { # SERVICE...: whether as many tasks as are wanted run, of what was deployed
  for service; do
    about=$(docker service inspect -f '{{with .UpdateStatus}}{{.State}}{{end}},{{with .Spec.Mode.Replicated}}{{.Replicas}}{{end}},{{.Spec.TaskTemplate.ContainerSpec.Image}}' "${STACK}_$service") || return
    printf '%s\n' "$tasks" | service=$service about=$about awk '
      BEGIN { split(ENVIRON["about"], said, ",") }
      $1 == ENVIRON["service"] && $3 != "shutdown" && $3 != "remove" {
        there++
        if ($4 != "running" || $6 != said[3]) open = 1
      }
      END { exit said[1] == "updating" || open || (said[2] != "" && there != said[2]) }' || return 1
  done
}

stopped() { # SERVICE...: fails, and says why, where the swarm has given up, or starts a service again and again
  for service; do
    update=$(docker service inspect -f '{{with .UpdateStatus}}{{json .StartedAt}} {{.State}} {{.Message}}{{end}}' "${STACK}_$service")
    ! printf '%s\n' "$earlier" | grep -qxF "${STACK}_$service ${update%% *}" || update=
    update=${update#* }
    case $update in
      paused* | rollback*)
        echo "$service: the swarm's update is ${update%% *}: $(why "$service" "${update##* }")"
        return 1
        ;;
    esac
    hopeless=$(printf '%s\n' "$tasks" | service=$service now=$(date +%s) began=$began long=$LONG often=$OFTEN awk '
      $1 != ENVIRON["service"] || $5 < ENVIRON["began"] { next }
      ($4 == "failed" || $4 == "rejected") && ++failures >= ENVIRON["often"] { print $2; exit }
      $3 == "running" && $4 == "pending" && ENVIRON["now"] - $5 > ENVIRON["long"] { print $2; exit }')
    if [ -n "$hopeless" ]; then
      echo "$service does not start: $(why "$service" "$hopeless")"
      return 1
    fi
  done
}

why() { # SERVICE TASK: its error, and the last line of its log
  error=$(docker inspect --type task -f '{{.Status.Err}}' "$2" 2>/dev/null) || error=$2
  last=$(task_logs --raw --tail 1 "$2" | tail -n 1 | cut -c 1-200)
  echo "${error:-no reason given}${last:+; last line: $last}"
}
