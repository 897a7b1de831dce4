# Prints a line for each container of the project: its name, when it was made, the commit its image is labelled with
# (after a dot: it may be empty), and the names of its image, apart by commas.
. "$SCRIPTS/tools/compose/lib.sh"
about='{{.Name}} {{.Created}} .{{index .Config.Labels "org.opencontainers.image.revision"}}'
for id in $(containers); do
  image=$(docker inspect -f '{{.Image}}' "$id")
  printf '%s %s\n' "$(docker inspect -f "$about" "$id")" \
    "$(docker image inspect -f '{{join .RepoTags ","}}' "$image" 2>/dev/null)"
done
