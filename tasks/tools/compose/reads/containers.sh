# Prints a line for each container of the project, its fields apart by tabs: id, name, service, image id, image name,
# restarts, project, restart policy, and its state as JSON. That is whole: a template cannot ask for a health check that
# is not there.
. "$SCRIPTS/tools/compose/lib.sh"
all=$(containers)
tab='{{"\t"}}'
about="{{.Id}}$tab{{.Name}}$tab$service_label$tab{{.Image}}$tab{{.Config.Image}}$tab{{.RestartCount}}"
about="$about$tab{{index .Config.Labels \"com.docker.compose.project\"}}$tab{{.HostConfig.RestartPolicy.Name}}$tab{{json .State}}"
# shellcheck disable=SC2086 # ids, one word each
[ -z "$all" ] || docker inspect -f "$about" $all
