# Functions that make a container on this node as the swarm makes those of a service, without starting it: programs are run
# like it then. lib.sh sources this file.
# shellcheck disable=SC2030,SC2031,SC2154 # variables of lib.sh; each likeness has its own service
made=fab-rollback-like-$STACK-$$
laid=/dev/shm/$made # in memory, for root and the login only: there may be secrets in it
word="'{{join (split . \"'\") \"'\\\\''\"}}'"

likeness() ( # SERVICE: prints its id; nothing where there is no such service
  of=$1
  [ -n "$(said '{{.Image}}' 2>/dev/null)" ] || exit 0
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
  if [ -n "$DB_CONTAINER" ]; then # names mean there what they mean to the service; not every network lets others in
    set -- "$@" --network "container:$DB_CONTAINER"
  else
    eval "set -- \"\$@\" $(said '{{range .Hosts}}{{$one := split . " "}} --add-host {{index $one 1}}:{{index $one 0}}{{end}}')"
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

trusted() { # its secrets, as files: only a task is told them, so one is run here for as long as that takes
  secrets=$(said '{{range .Secrets}}{{.SecretID}} {{.SecretName}} {{with .File}}{{.Name}}{{end}}{{println}}{{end}}') || return
  set -- --detach --quiet --no-resolve-image --with-registry-auth --restart-condition none --entrypoint tail
  set -- "$@" --constraint "node.id==$(docker info -f '{{.Swarm.NodeID}}')"
  task=
  while read -r id called _; do
    [ -z "$id" ] || task=$task" --secret source=$called,target=$id"
  done <<SECRETS
$secrets
SECRETS
  [ -n "$task" ] || return 0
  # shellcheck disable=SC2086 # names of secrets hold no space
  docker service create --name "$made" "$@" $task "$(said '{{.Image}}')" -f /dev/null >/dev/null || return
  task=$(task_here) || refuse "the secrets of $of cannot be had: no task that is told them starts on this node"
  printf '%s\n' "$secrets" | while read -r id _ name; do
    [ -n "$id" ] || continue
    docker exec -u 0 "$task" cat "/run/secrets/$id" </dev/null >"$laid/$id" || exit
    case $name in /*) ;; *) name=/run/secrets/$name ;; esac
    printf '%s:%s:ro\n' "$laid/$id" "$name"
  done || return
  docker service rm "$made" >/dev/null
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
