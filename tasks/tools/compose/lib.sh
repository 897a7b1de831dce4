# Functions of the scripts that drive docker-compose, v1 and v2 alike. A script sources it: . "$SCRIPTS/tools/compose/lib.sh"
# What it has to be told of the deployment comes from `compose.variables`:
#   APP              the checkout's folder
#   COMPOSE_FILES    its compose files, one a line
#   COMPOSE_COMMAND  docker-compose, `docker compose`, or auto: the first of them that the host has
#   GRACE            seconds that a container has to end by itself
#   DATABASE         the database's service, stopped last and started first; may be empty
# A script begins in its run's folder, which is $run from then on, and works in the checkout.
. "$SCRIPTS/tools/lib.sh"

# shellcheck disable=SC2034 # used by the scripts that source this file
{
  run=$PWD
  project=com.docker.compose
  service_label="{{index .Config.Labels \"$project.service\"}}"
  files_in= # the folder of the compose files, where that is not the working directory
}
cd "$APP" 2>/dev/null || fail "no folder ${APP#"$HOME"/} on the host (app.path in hosts.yaml)"

compose() ( # WORD...: run docker-compose with the deployment's files
  words=$#
  while IFS= read -r file; do
    set -- "$@" -f "${files_in:+$files_in/}$file"
  done <<FILES
$COMPOSE_FILES
FILES
  while [ "$words" -gt 0 ]; do # the files go before the words
    set -- "$@" "$1"
    shift
    words=$((words - 1))
  done
  command=$COMPOSE_COMMAND
  [ "$command" != auto ] || command=$(command -v docker-compose >/dev/null 2>&1 && echo docker-compose) || :
  case $command in
    docker-compose) docker-compose "$@" ;;
    *) docker compose "$@" ;;
  esac
)

# Print the ids of the project's containers, or of those of some services: of all, and of those that run. They fail
# with docker. Where the checkout is reached through a symbolic link, compose may have been run under either name.
containers() { # [SERVICE...]
  listed --all "$@"
}

running() { # [SERVICE...]
  listed --all=false "$@"
}

listed() ( # OPTION [SERVICE...]
  option=$1
  shift
  for folder in "$(pwd -P)" "$(pwd -L)"; do
    found=$(docker ps "$option" --no-trunc --filter "label=$project.oneoff=False" \
      --filter "label=$project.project.working_dir=$folder" --format "{{.ID}} {{.Label \"$project.service\"}}") || exit
    printf '%s\n' "$found" | while read -r id service; do
      if [ -n "$id" ] && { [ $# = 0 ] || among "$service" "$@"; }; then echo "$id"; fi
    done
    [ "$folder" != "$(pwd -L)" ] || break
  done
)

among() ( # WORD WORD...: whether the first is among the others
  word=$1
  shift
  for other; do
    [ "$word" != "$other" ] || exit 0
  done
  exit 1
)
