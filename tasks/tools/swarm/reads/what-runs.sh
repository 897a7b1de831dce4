# Prints `container IMAGE-ID SERVICE` for every service of which tasks run, and `image IMAGE-ID NAME...` for those of their
# images that are here.
. "$SCRIPTS/tools/compose/lib.sh"
names=$(stacked '{{.Spec.Name}} {{.Spec.TaskTemplate.ContainerSpec.Image}}')
printf '%s\n' "$names" | while read -r service image; do
  id=$(docker image inspect -f '{{.Id}}' "$image" 2>/dev/null) || continue
  printf 'container %s %s\n' "$id" "${service#"${STACK}_"}"
  docker image inspect -f 'image {{.Id}}{{range .RepoTags}} {{.}}{{end}}' "$id"
done
