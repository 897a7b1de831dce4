# Prints `container IMAGE-ID SERVICE` for every container that runs, and `image IMAGE-ID NAME...` for their images.
. "$SCRIPTS/tools/compose/lib.sh"
up=$(running)
[ -n "$up" ] || exit 0
# shellcheck disable=SC2046,SC2086 # ids, one word each
{
  docker inspect -f "container {{.Image}} $service_label" $up
  docker image inspect -f 'image {{.Id}}{{range .RepoTags}} {{.}}{{end}}' $(docker inspect -f '{{.Image}}' $up)
}
