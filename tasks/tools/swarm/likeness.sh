# Functions that make a container on this node as the swarm makes those of a service, without starting it: programs are run
# like it then. lib.sh sources this file. Secrets and networks are for tasks alone: one of them runs here meanwhile, and does
# nothing. It is no job of the swarm that runs the program: that would know no folders that lie here only, no network of a
# rehearsal, and its end would be told late.
# shellcheck disable=SC2030,SC2031,SC2154 # variables of lib.sh; each likeness has its own service
LIKE=fab-rollback.like # the label that tells on which node a task is
# A program learns of a server's node that is lost in less than a minute: it would wait for hours.
IMPATIENT='--sysctl net.ipv4.tcp_keepalive_time=15 --sysctl net.ipv4.tcp_keepalive_intvl=5 --sysctl net.ipv4.tcp_keepalive_probes=6'
IMPATIENT="$IMPATIENT --sysctl net.ipv4.tcp_retries2=8 --sysctl net.ipv4.tcp_syn_retries=4"
made=fab-rollback-like-$STACK-$$
laid=/dev/shm/$made # in memory, for root and the login only: there may be secrets in it
hosts_of='{{range .Hosts}}{{$one := split . " "}} --add-host {{index $one 1}}:{{index $one 0}}{{end}}'
word="'{{join (split . \"'\") \"'\\\\''\"}}'"

# Prints its id; nothing where there is no such service. `networked`: names mean there what they mean to the service.
likeness() ( # SERVICE [networked]
  of=$1 networked=${2-}
  [ -n "$(said '{{.Image}}' 2>/dev/null)" ] || exit 0
  forget_left
  (umask 077 && mkdir -p "$laid")
  said '{{range .Env}}{{println .}}{{end}}.' | sed '$d' >"$laid/environment"
  [ "$(said '{{len .Env}}')" = "$(grep -c '' <"$laid/environment")" ] \
    || refuse "how $of runs cannot be copied: a value in its environment has several lines"
  volumes=$(mounted && configured && trusted) || exit
  set -- --env-file "$laid/environment"
  while IFS= read -r volume; do
    [ -z "$volume" ] || set -- "$@" -v "$volume"
  done <<VOLUMES
$volumes
VOLUMES
  if [ -n "$networked" ]; then
    beside=$(task_here) || refuse "no task with the networks of $of starts on this node"
    set -- "$@" --network "container:$beside"
  else
    # shellcheck disable=SC2046 # names and addresses, one word each
    set -- "$@" $(said "$hosts_of")
  fi
  entry="{{range \$n, \$_ := .Command}}{{if not \$n}}{{with .}} --entrypoint $word{{end}}{{end}}{{end}}"
  rest="{{range \$n, \$_ := .Command}}{{if \$n}}{{with .}} $word{{end}}{{end}}{{end}}{{range .Args}} $word{{end}}"
  login="{{with .Dir}} -w $word{{end}}{{with .User}} -u $word{{end}}"
  eval "set -- \"\$@\" $(said "$login$entry {{with .Image}}$word{{end}}$rest")"
  docker create --name "$made" "$@"
)

said() { docker service inspect -f "{{with .Spec.TaskTemplate.ContainerSpec}}$1{{end}}" "$prefix$of"; } # FORMAT

mounted() { # its folders and volumes that are on this node
  mounts=$(said '{{range .Mounts}}{{.Type}} {{.Source}}:{{.Target}}{{if .ReadOnly}}:ro{{end}}{{println}}{{end}}') || return
  printf '%s\n' "$mounts" | while read -r kind mount; do
    case $kind in
      bind) printf '%s\n' "$mount" ;;
      volume) ! docker volume inspect "${mount%%:*}" >/dev/null 2>&1 || printf '%s\n' "$mount" ;;
    esac
  done
}

configured() { # its configs, as files
  configs=$(said '{{range .Configs}}{{.ConfigID}} {{with .File}}{{.Name}}{{end}}{{println}}{{end}}') || return
  printf '%s\n' "$configs" | while read -r id name; do
    [ -n "$name" ] || continue
    data=$(docker config inspect -f '{{json .Spec.Data}}' "$id") || exit
    printf '%s\n' "$data" | tr -d '"' | base64 -d >"$laid/$id" || exit
    printf '%s:%s:ro\n' "$laid/$id" "/${name#/}"
  done
}

trusted() { # its secrets, as files: only a task is told them
  secrets=$(said '{{range .Secrets}}{{.SecretID}} {{.SecretName}} {{with .File}}{{.Name}}{{end}}{{println}}{{end}}') || return
  [ -n "$secrets$networked" ] || return 0
  begin_task || return
  [ -n "$secrets" ] || return 0
  task=$(task_here) || refuse "the secrets of $of cannot be had: no task that is told them starts on this node"
  printf '%s\n' "$secrets" | while read -r id _ name; do
    [ -n "$id" ] || continue
    docker exec -u 0 "$task" cat "/run/secrets/$id" </dev/null >"$laid/$id" || exit
    case $name in /*) ;; *) name=/run/secrets/$name ;; esac
    printf '%s:%s:ro\n' "$laid/$id" "$name"
  done
}

begin_task() { # one that is told the secrets $secrets, in the service's networks, where it answers to no name of the service
  node=$(docker info -f '{{.Swarm.NodeID}}')
  set -- --detach --quiet --no-resolve-image --with-registry-auth --no-healthcheck --restart-condition none --stop-signal KILL
  set -- "$@" --label "$LIKE=$node" --constraint "node.id==$node" --entrypoint tail
  while read -r id called _; do
    [ -z "$id" ] || set -- "$@" --secret "source=$called,target=$id"
  done <<SECRETS
$secrets
SECRETS
  if [ -n "$networked" ]; then
    # shellcheck disable=SC2046 # names and addresses, one word each
    set -- "$@" $(said "$hosts_of" | sed 's/--add-host/--host/g')
    networks=$(docker service inspect -f '{{range .Spec.TaskTemplate.Networks}}{{.Target}} {{end}}' "$prefix$of")
    for network in $networks; do set -- "$@" --network "$network"; done
    # shellcheck disable=SC2086 # ids, one word each
    docker network inspect -f '{{.Driver}}' $networks | grep -qx host || set -- "$@" $IMPATIENT
  fi
  docker service create --name "$made" "$@" "$(said '{{.Image}}')" -f /dev/null >/dev/null
}

task_here() { # the container of that task, once it runs; a minute at most
  tries=120
  until docker ps -q --filter "label=$named=$made" | grep .; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || return 1
    sleep 0.5
  done
}

forget_likeness() {
  docker rm -f "$made" >/dev/null 2>&1 || :
  docker service rm "$made" >/dev/null 2>&1 || :
  rm -rf "$laid"
}

forget_left() { # what was made on this node by a script that was killed
  docker service ls --filter "label=$LIKE=$(docker info -f '{{.Swarm.NodeID}}')" --format '{{.Name}}' | while read -r name; do
    [ -e "/proc/${name##*-}" ] || (made=$name laid=/dev/shm/$name && forget_likeness)
  done
}
