# Functions of the scripts that drive docker-compose, v1 and v2 alike. A script sources it: . "$SCRIPTS/tools/compose/lib.sh"
# What it has to be told of the deployment comes from `compose.variables`:
#   APP              the checkout's folder
#   DECIDED          whether the next five are what runs: empty, the labels of the containers complete them
#   PROJECT          compose's name for it; empty: compose's own choice
#   FOLDER           where compose works, below the checkout; empty: in it
#   COMPOSE_FILES    its compose files, one a line
#   ENV_FILES        the files that hold its values, one a line; none: compose's own choice
#   COMPOSE_COMMAND  docker-compose, `docker compose`, or auto: the first of them that the host has
#   PROFILES         those that are enabled, one a line
#   GRACE            seconds that a container has to end by itself
#   DATABASE         the database's service, stopped last and started first; may be empty
#   ONE_MOMENT       told by Host.ask: what runs is listed once for all questions of one round trip
#   FAB_ELSEWHERE    told by the host itself: the services that only other hosts run; here they are left alone
# A script begins in its run's folder, which is $run from then on, and works in the checkout.
. "$SCRIPTS/tools/lib.sh"

# shellcheck disable=SC2034 # used by the scripts that source this file
{
  run=$PWD
  label=com.docker.compose
  service_label="{{index .Config.Labels \"$label.service\"}}"
}
cd "$APP" 2>/dev/null || fail "no folder ${APP#"$HOME"/} on the host (app.path in hosts.yaml)"

once() { # FILE COMMAND...: print what the command does; the scripts of one round trip, whose folder is ROUND, do it once
  answer=${ROUND:+$ROUND/$1}
  shift
  if [ -z "$answer" ]; then
    "$@"
    return
  fi
  exec 8>"$answer.asking"
  flock 8 2>/dev/null || :
  [ -f "$answer" ] || { "$@" >"$answer.begun" && mv "$answer.begun" "$answer"; } || return
  exec 8>&-
  cat "$answer"
}

decide() { # what the containers were made of
  decided=$(once decided asked) || exit
  PROJECT=$(value project) FOLDER=$(value folder) COMPOSE_FILES=$(value file) ENV_FILES=$(value env_file)
  COMPOSE_COMMAND=$(value command)
}

value() { printf '%s\n' "$decided" | sed -n "s/^$1 //p"; } # KEY

asked() { # print what the labels say, completed by what the script was told, as deployment.awk does
  made=$(labelled) || return
  last=$(cat "$(sh "$SCRIPTS/ssh/state-folder.sh" . '')/last-made" 2>/dev/null) || :
  printf '%s\n' "$made" | HERE=$(pwd -P) THERE=$(pwd -L) PROJECT=$PROJECT COMPOSE_FILES=$COMPOSE_FILES \
  ENV_FILES=$ENV_FILES COMPOSE_COMMAND=$COMPOSE_COMMAND LAST_MADE=$last \
    awk -f "$SCRIPTS/tools/compose/reads/deployment.awk"
}

survey() { # a line for each container that compose made, whatever project it is of, its fields apart by tabs
  if [ -n "$survey" ]; then printf '%s\n' "$survey"; else ${ONE_MOMENT:+once survey} surveyed; fi
}

surveyed() { # id, names, status, service, whether of `compose run`, and then what deployment.awk reads
  tab='{{"\t"}}'
  about="{{.ID}}$tab{{.Names}}$tab{{.Status}}"
  for key in service oneoff project project.working_dir project.config_files project.environment_file version; do
    about="$about$tab{{.Label \"$label.$key\"}}"
  done
  docker ps --all --no-trunc --filter "label=$label.project" --format "$about$tab."
}

look() { # from here on, all is told of the containers as they are now, until the next look
  survey=
  survey=$(survey)
}
survey=

labelled() { # [PROJECT]: how compose made the lasting containers, a line each, as deployment.awk reads them
  found=$(survey) || return
  printf '%s\n' "$found" | project=${1-} awk -F '\t' '
    $5 == "False" && (ENVIRON["project"] == "" || $6 == ENVIRON["project"])' | cut -f 6-
}

remember() { # how the containers were made, for when there are none left; a run's folder lies in the state folder
  rows=$(labelled "$PROJECT" | sort -u)
  case $rows:$run in ?*:*/runs/*) printf '%s\n' "$rows" >"${run%/runs/*}/last-made" ;; esac
}

settle_command() { # COMPOSE_COMMAND: the one that is meant, of those that the host has
  case $COMPOSE_COMMAND in
    auto) ! command -v docker-compose >/dev/null 2>&1 || COMPOSE_COMMAND=docker-compose ;;
    v2) is_v1 || plugin_version >/dev/null 2>&1 || COMPOSE_COMMAND=docker-compose ;;
  esac
  [ "$COMPOSE_COMMAND" = docker-compose ] || COMPOSE_COMMAND='docker compose'
}

plugin_version() { once plugin docker compose version --short; }

is_v1() { # whether the host's docker-compose is v1, which takes half a second to say so: being Python says the same
  file=$(command -v docker-compose) || return 0
  LC_ALL=C sed -n '1{/^#!.*python/q;};q1' "$file" || docker-compose version --short | grep -q '^1[.]'
}

[ -n "$DECIDED" ] || decide

compose() ( # WORD...: run docker-compose on the deployment
  words=$#
  while IFS= read -r line; do
    [ -z "${line#* }" ] || set -- "$@" "${line%% *}" "${line#* }"
  done <<OPTIONS
-p $PROJECT
--project-directory $FOLDER
$(printf '%s\n' "$ENV_FILES" | sed 's/^/--env-file /')
$(printf '%s\n' "$PROFILES" | sed 's/^/--profile /')
$(printf '%s\n' "$COMPOSE_FILES" | sed 's/^/-f /')
OPTIONS
  while [ "$words" -gt 0 ]; do # the options go before the words
    set -- "$@" "$1"
    shift
    words=$((words - 1))
  done
  settle_command
  as_login
  case $COMPOSE_COMMAND in
    docker-compose) ${DOCKER_SUDO:+sudo -n} docker-compose "$@" ;;
    *) docker compose "$@" ;;
  esac
)

# Prints what the files mean, with the services of all profiles; where these lack something, of those that are enabled.
describe() { # [OPTION...]
  { said=$( (PROFILES='*' && compose config "$@") 2>&1 >&3) && printf '%s' "$said" >&2; } 3>&1 || compose config "$@"
}

# Makes the environment what the login has: compose would put what the script was told into the deployment's files,
# `image: ${TAGS}`. What names deployments is left out: that is decided.
as_login() {
  command=$COMPOSE_COMMAND login=$FAB_LOGIN sudo=${DOCKER_SUDO:-}
  for name in $(export -p | sed -n 's/^export \([A-Za-z_][A-Za-z_0-9]*\).*/\1/p'); do
    [ "$name" = FAB_ROLLBACK_STEP ] || unset "$name" # that one tells whose processes these are
  done
  eval "$login"
  unset COMPOSE_FILE COMPOSE_PROJECT_NAME COMPOSE_PROFILES COMPOSE_ENV_FILES
  COMPOSE_COMMAND=$command DOCKER_SUDO=$sudo
}

# Whether a commit has a file of the checkout, and what it holds there.
found() { git cat-file -e "$1:./$2" 2>/dev/null; }         # COMMIT FILE
contents() { git show "$1:./$2" 2>/dev/null || cat "$2"; } # COMMIT FILE

# Print the ids of the project's containers, or of those of some services: of all, and of those that run. They fail
# with docker.
containers() { listed '' "$@"; }              # [SERVICE...]
running() { listed '^(Up|Restarting)' "$@"; } # [SERVICE...]

listed() ( # STATUS [SERVICE...]
  status=$1
  shift
  [ -n "$PROJECT" ] || decide # nothing ran then; something may now
  [ -n "$PROJECT" ] || exit 0
  found=$(survey) || exit
  printf '%s\n' "$found" | services="$*" project=$PROJECT status=$status awk -F '\t' '
    BEGIN {
      split(ENVIRON["services"], names, " "); for (i in names) { wanted[names[i]]; some = 1 }
      split(ENVIRON["FAB_ELSEWHERE"], names, " "); for (i in names) others[names[i]]
    }
    $5 == "False" && $6 == ENVIRON["project"] && $3 ~ ENVIRON["status"] && (!some || $4 in wanted) && !($4 in others) { print $1 }'
)

# Prints a line for each container of the project, its fields apart by tabs: hash of its settings; then what containers.sh prints.
inspected() { ${ONE_MOMENT:+once inspected} inspect_all; }

inspect_all() {
  all=$(containers) || return
  tab='{{"\t"}}' # the state is whole: a template cannot ask for a health check that is not there
  about="{{index .Config.Labels \"$label.config-hash\"}}$tab{{.Id}}$tab{{.Name}}$tab$service_label$tab{{.Image}}"
  about="$about$tab{{.Config.Image}}$tab{{.RestartCount}}$tab{{index .Config.Labels \"$label.project\"}}"
  about="$about$tab{{.HostConfig.RestartPolicy.Name}}$tab{{json .State}}"
  # shellcheck disable=SC2086 # ids, one word each
  [ -z "$all" ] || docker inspect -f "$about" $all
}

with_names() { # IDS: print `ID NAME` for these containers; a link to one is no name of its own
  survey | ids=$1 awk -F '\t' '
    BEGIN { split(ENVIRON["ids"], id, " "); for (i in id) wanted[id[i]] }
    $1 in wanted { n = split($2, name, ","); for (i = 1; i <= n; i++) if (name[i] !~ "/") print $1, name[i] }'
}

here() { # print the lines `SERVICE ...` on stdin but those of services that only other hosts run
  awk 'BEGIN { split(ENVIRON["FAB_ELSEWHERE"], names, " "); for (i in names) others[names[i]] } !($1 in others)'
}

builders() { # LINES `SERVICE NAME`: one service for each name; built side by side, those that share one would fail each other
  printf '%s\n' "$1" | awk '!seen[$2]++ { print $1 }'
}

prove_images() { # fail unless the images that IMAGES names, lines `SERVICE IMAGE`, are there
  lacking=$(lacking "$IMAGES" | sed 1q)
  [ -z "$lacking" ] || fail "image ${lacking#* } is not there after the build"
}

# Prints the container that shows how a service is run. Where that has to be made, forget_likeness removes it.
likeness() { containers "$1" | head -n 1; } # SERVICE
forget_likeness() { :; }

names_of() { echo "$1"; } # SERVICE: what others reach it by

# shellcheck disable=SC2046 # ids, one word each
others_names() { docker inspect -f "$service_label" $(running); } # of all services that run

# What is otherwise where a swarm runs the deployment: it is told then only.
# shellcheck source=/dev/null
[ -z "${FAB_SWARM:-}" ] || . "$FAB_SWARM"
