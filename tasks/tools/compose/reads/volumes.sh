# Prints `CONTAINER VOLUME FOLDER` for every volume that a container of the project uses.
. "$SCRIPTS/tools/compose/lib.sh"
all=$(containers)
about='{{range .Mounts}}{{if eq .Type "volume"}}{{$.Name}} {{.Name}} {{.Destination}}{{"\n"}}{{end}}{{end}}'
# shellcheck disable=SC2086 # ids, one word each
[ -z "$all" ] || docker inspect -f "$about" $all
