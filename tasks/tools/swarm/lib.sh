# What lib.sh of compose does otherwise where a swarm runs the deployment; it sources this file where FAB_SWARM names it.
# The scripts of tools/compose work on the stack's containers on this node by it. Variables beside those of lib.sh:
#   STACK  the stack; PROJECT says the same
namespace=com.docker.stack.namespace
named=com.docker.swarm.service.name
prefix=${STACK}_
# shellcheck disable=SC2034 # used by the scripts that source lib.sh
{
  HALTED=fab-rollback.stopped              # the label that tells how many tasks a stopped service had
  NOWHERE=node.id==stopped-by-fab-rollback # where a stopped service of every node may run
}
# shellcheck disable=SC2034
service_label="{{slice (index .Config.Labels \"$named\") ${#prefix}}}"

listed() ( # OPTION [SERVICE...]: the containers on this node that run: what ended is history
  shift
  found=$(docker ps --no-trunc --filter "label=$namespace=$STACK" --format "{{.ID}} {{.Label \"$named\"}}") || exit
  printf '%s\n' "$found" | services="$*" prefix=$prefix awk '
    BEGIN { split(ENVIRON["services"], names, " "); for (i in names) { wanted[ENVIRON["prefix"] names[i]]; some = 1 } }
    NF && (!some || $2 in wanted) { print $1 }'
)

look() { :; } # what is listed is asked for each time

# shellcheck source=/dev/null
. "$SCRIPTS/tools/swarm/likeness.sh"

names_of() { echo "$1 $prefix$1 tasks.$1 tasks.$prefix$1"; } # SERVICE

others_names() { stacked '{{.Spec.Name}}' | sed "s/^$prefix//"; }

compose() ( # config [WORD...]: what docker makes of the stack's files, and which values nobody tells it
  [ "$1" = config ] || fail "docker stack has no $1"
  with_values docker stack config
)

# Runs a command on the files COMPOSE_FILES, with the environment of the login, and the values of the files ENV_FILES over it.
with_values() ( # COMMAND...
  values=$(printf '%s\n' "$ENV_FILES" | while IFS= read -r file; do [ -z "$file" ] || cat "$file" || exit; done) || exit
  texts=$(printf '%s\n' "$COMPOSE_FILES" | while IFS= read -r file; do cat "$file" || exit; done) || exit
  while IFS= read -r file; do
    set -- "$@" -c "$file"
  done <<FILES
$COMPOSE_FILES
FILES
  as_login
  while IFS= read -r line; do
    line=${line#export }
    case $line in '#'* | '') ;; [A-Za-z_]*=*) export "${line%%=*}=$(unquoted "${line#*=}")" ;; esac
  done <<VALUES
$values
VALUES
  tell_unset "$texts" >&2
  "$@"
)

unquoted() { printf '%s\n' "$1" | sed 's/^\(["'"'"']\)\(.*\)\1[[:space:]]*$/\2/'; } # VALUE

# Says of each variable that has no value what compose says; not of one that only an image's name has: images are named
# by their digests.
tell_unset() { # TEXT
  printf '%s\n' "$1" | grep -v '^[[:space:]]*image:' | sed 's/[$][$]//g' \
    | grep -o '[$]\({[A-Za-z_][A-Za-z_0-9]*}\|[A-Za-z_][A-Za-z_0-9]*\)' | tr -d '${}' | sort -u | while read -r name; do
    printenv "$name" >/dev/null || printf 'The "%s" variable is not set. Defaulting to a blank string.\n' "$name"
  done
}

# What tasks have said. Docker may wait without an end for more of it, once tasks were replaced.
task_logs() { timeout 10 ${DOCKER_SUDO:+sudo -n} docker service logs "$@" 2>&1 || :; } # OPTION... SERVICE-OR-TASK

stacked() { # FORMAT: what `docker service inspect` says of the stack's services
  all=$(docker service ls --quiet --filter "label=$namespace=$STACK") || exit
  # shellcheck disable=SC2086 # ids, one word each
  [ -z "$all" ] || docker service inspect --format "$1" $all
}

# Prints a line for each service of the stack: its name there, its image, and when that was deployed (seconds): its last
# update changed the image, or the whole stack was deployed later. Scaling, restarts and lost nodes deploy nothing.
deployed() (
  about='{{.Spec.Name}} {{.Spec.TaskTemplate.ContainerSpec.Image}} {{.UpdatedAt.Unix}}'
  said=$(stacked "$about {{with .PreviousSpec}}{{.TaskTemplate.ContainerSpec.Image}}{{end}}") || exit
  printf '%s\n' "$said" | prefix=$prefix awk '
    !NF { next }
    { name[NR] = substr($1, length(ENVIRON["prefix"]) + 1) " " $2; at[NR] = $3; changed[NR] = $2 != $4 }
    NR == 1 || $3 < whole { whole = $3 }
    END { for (n = 1; n <= NR; n++) print name[n], (changed[n] ? at[n] : whole) }'
)

# Prints how every node knows an image: by its digest in a registry that has it, or by its id.
pinned() { # IMAGE
  digests=$(docker image inspect -f '{{join .RepoDigests "\n"}}' "$1") || fail "no image $1 on the host"
  for digest in $digests; do
    docker pull --quiet "$digest" >/dev/null 2>&1 || continue
    printf '%s\n' "$digest"
    return
  done
  docker image inspect -f '{{.Id}}' "$1"
}
