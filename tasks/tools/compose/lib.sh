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
  label=com.docker.compose
  service_label="{{index .Config.Labels \"$label.service\"}}"
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
  # What the script was told is not for compose, which would put it into the deployment's files: `image: ${TAGS}`.
  unset ABOUT ALEMBIC_COMMAND ALEMBIC_SERVICE APP BY_HAND COMMITS COMPOSE_COMMAND COMPOSE_FILES CONTAINERS COUNT \
    DATABASE DB_CONTAINER DB_DATA DB_MAINTENANCE DB_NAME DB_USER FULL GRACE HEADS IMAGE IMAGES IMPLIED LEFT LIMIT \
    MINUTES NETWORK OVERRIDE OVERRIDE_TO PATTERN PGAPPNAME PGOPTIONS PORTS PROJECT RUN SCHEMA SCRIPTS SECTION SHAKY STATE \
    STEADY TABLE TAGS TIMEOUT TRIAL_ADDRESSES TRIAL_HINT TRIAL_IMAGE TRIAL_SECONDS TRIAL_SERVICE TRIAL_TITLE URLS VERSIONS WAYS_OUT \
    WORK
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
    found=$(docker ps "$option" --no-trunc --filter "label=$label.oneoff=False" \
      --filter "label=$label.project.working_dir=$folder" --format "{{.ID}} {{.Label \"$label.service\"}}") || exit
    printf '%s\n' "$found" | services="$*" awk '
      BEGIN { split(ENVIRON["services"], names, " "); for (i in names) { wanted[names[i]]; some = 1 } }
      NF && (!some || $2 in wanted) { print $1 }'
    [ "$folder" != "$(pwd -L)" ] || break
  done
)

halt() { # SERVICE...: stop the applications side by side, then the database
  up=$(running "$@")
  last=$(running "$DATABASE")
  end_containers "$(without "$up" "$last")"
  end_containers "$(running "$@")"
}

without() { # LINES LINES: the first ones but the second
  printf '%s\n' "$1" | grep -vxF "$2" || :
}

# The grace is for those that can hear SIGTERM. A first process that neither catches nor blocks it never gets it (the
# kernel drops it): waiting would change nothing but the outage.
end_containers() { # IDS
  [ -n "$1" ] || return 0
  heard='' deaf=''
  # shellcheck disable=SC2086 # ids, one word each
  about=$(docker inspect -f '{{.ID}} {{.State.Pid}} {{or .Config.StopSignal "SIGTERM"}}' $1) || : # what is gone meanwhile is stopped
  while read -r id pid signal; do
    [ -n "$id" ] || continue
    if hears "$pid" "$signal"; then heard="$heard $id"; else deaf="$deaf $id"; fi
  done <<ABOUT
$about
ABOUT
  # shellcheck disable=SC2086
  { [ -z "$deaf" ] || docker kill $deaf >/dev/null; } &
  killing=$!
  # shellcheck disable=SC2086
  [ -z "$heard" ] || docker stop -t "$GRACE" $heard >/dev/null
  wait "$killing" || :
}

hears() { # PID SIGNAL: whether the signal that ends a container reaches its first process
  masks=$(sed -n 's/^Sig\(Cgt\|Blk\):[[:space:]]*//p' "/proc/$1/status" 2>/dev/null | tr '\n' ' ')
  case $2:$masks in
    SIGTERM:) ;;
    SIGTERM:*[4567cdef]???\ *) ;; # bit 15 of a mask: SIGTERM is caught or blocked
    SIGTERM:*) return 1 ;;
  esac
}

start_existing() { # IDS: start them as they are and wait, 60 s at most, while they say `starting`
  [ -n "$1" ] || return 0
  # shellcheck disable=SC2086 # ids, one word each
  docker start $1 >/dev/null
  i=0
  # shellcheck disable=SC2086
  while docker inspect -f '{{if .State.Health}}{{.State.Health.Status}}{{end}}' $1 | grep -q starting && [ $i -lt 300 ]; do
    i=$((i + 1))
    sleep 0.2
  done
}

keep_logs() { # [SERVICE...]: keep the last lines of their containers' logs in the run's folder
  mkdir -p "$run/evidence"
  logged=$(containers "$@")
  # shellcheck disable=SC2086 # ids, one word each
  [ -z "$logged" ] || docker inspect -f '{{.Id}} {{.Name}}' $logged | {
    while read -r id name; do
      docker logs --tail 5000 "$id" >"$run/evidence/${name#/}.log" 2>&1 &
    done
    wait
  }
}

prove_images() { # fail unless the images that IMAGES names, lines `SERVICE IMAGE`, are there
  printf '%s\n' "$IMAGES" | while read -r _ image; do
    docker image inspect "$image" >/dev/null 2>&1 || fail "image $image is not there after the build"
  done
}
