# Prints a line for each container of the project: its name, when it was made, the hash of its settings and the commit
# its image is labelled with (each after a dot: they may be empty), the id that its image's name has now, and the names
# of its image, apart by commas.
. "$SCRIPTS/tools/compose/lib.sh"
about='{{.Name}} {{.Created}} .{{index .Config.Labels "com.docker.compose.config-hash"}}'
about="$about .{{index .Config.Labels \"org.opencontainers.image.revision\"}}"
for id in $(containers); do
  name=$(docker inspect -f '{{.Config.Image}}' "$id")
  image=$(docker inspect -f '{{.Image}}' "$id")
  printf '%s %s %s\n' "$(docker inspect -f "$about" "$id")" \
    "$(docker image inspect -f '{{.Id}}' "$name" 2>/dev/null)" \
    "$(docker image inspect -f '{{join .RepoTags ","}}' "$image" 2>/dev/null)"
done
