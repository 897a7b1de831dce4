# Prints what origins.sh of compose does, of the stack's tasks on all nodes: when their image was deployed, and what the image
# says of itself if it is on this node.
. "$SCRIPTS/tools/compose/lib.sh"
about='.{{index .Config.Labels "org.opencontainers.image.revision"}} {{join .RepoTags ","}}'
deployed=$(deployed)
images=$(printf '%s\n' "$deployed" | while read -r service image at; do
  printf '%s\t%s %s\n' "$service" "$(date -u -d "@$at" +%FT%TZ)" "$(docker image inspect -f "$about" "$image" 2>/dev/null || echo '. ')"
done)
sh "$SCRIPTS/tools/swarm/reads/containers.sh" | images=$images awk '
  BEGIN { FS = "\t"; count = split(ENVIRON["images"], all, "\n"); for (i = 1; i <= count; i++) { split(all[i], one, FS); of[one[1]] = one[2] } }
  $3 in of { print $2, of[$3] }'
