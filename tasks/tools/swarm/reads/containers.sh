# Prints a line for each task of the stack that is meant to run, on whichever node, as containers.sh of compose does for
# containers: its image is the id that it has here, else its digest.
. "$SCRIPTS/tools/compose/lib.sh"
tab='{{"\t"}}'
about="task$tab{{.ID}}$tab{{.ServiceID}}$tab{{.NodeID}}$tab{{.Slot}}$tab{{.CreatedAt.UnixNano}}$tab{{.DesiredState}}"
about="$about$tab{{.Status.State}}$tab{{json .Status.Timestamp}}$tab{{with .Status.ContainerStatus}}{{.ExitCode}}$tab{{.ContainerID}}"
about="$about{{else}}0$tab{{end}}$tab{{.Spec.ContainerSpec.Image}}$tab{{.Status.Err}}"
policy='{{with .Spec.TaskTemplate.RestartPolicy}}{{.Condition}}{{end}}'

stopped="{{index .Spec.Labels \"$HALTED\"}}$tab{{.Spec.TaskTemplate.ContainerSpec.Image}}"

services=$(stacked "service$tab{{.ID}}$tab{{.Spec.Name}}$tab$policy$tab$stopped")
[ -n "$services" ] || exit 0
# shellcheck disable=SC2046 # ids, one word each
tasks=$(docker service ps --no-trunc --quiet $(printf '%s\n' "$services" | cut -f 2))
# shellcheck disable=SC2086 # ids, one word each
told=$([ -z "$tasks" ] || docker inspect --type task -f "$about" $tasks)
nodes=$(docker node ls --format "node$tab{{.ID}}$tab{{.Hostname}}$tab{{.Status}}")
here=$(listed '')
# shellcheck disable=SC2086 # ids, one word each; one may be gone by now
[ -z "$here" ] || here=$(docker inspect -f '{{.Config.Image}} {{.Image}}' $here 2>/dev/null || :)

known_as() { # IMAGE: its id here; a name alone may be that of another image here than on the nodes that run it
  printf '%s\n' "$here" | image=$1 awk '$1 == ENVIRON["image"] { print $2; found = 1; exit } END { exit !found }' && return
  case $1 in *sha256:*) docker image inspect -f '{{.Id}}' "$1" 2>/dev/null ;; esac
}

{
  printf '%s\n' "$services" "$nodes"
  { printf '%s\n' "$told" | cut -f 12 && printf '%s\n' "$services" | cut -f 6; } | sort -u | while read -r image; do
    [ -z "$image" ] || printf 'image\t%s\t%s\n' "$image" "$(known_as "$image")"
  done
  printf '%s\n' "$told"
} | STACK=$STACK awk -f "$SCRIPTS/tools/swarm/reads/tasks.awk"
