# Brings the images that run now to this node, from the registry or a node that runs them, and tags them with the commit they
# were deployed with, so that no pruning takes them.
# Arguments: COMMIT. Variables: IMAGES, lines `SERVICE NAME`. Exit codes: 0 kept, 1 failed.
# An image that cannot be of that commit, labelled with another one, or deployed before the checkout came to it, gets its
# own id as a tag.
. "$SCRIPTS/tools/compose/lib.sh"
. "$SCRIPTS/tools/swarm/carrying.sh"
commit=$1
moved=$(git log -g -1 --date=unix --format=%gd HEAD -- 2>/dev/null | sed 's/.*{\(.*\)}.*/\1/')

of_commit() { # SECONDS LABEL
  [ "$2" = "$commit" ] || { [ -z "$2" ] && [ "${1:-0}" -ge "${moved:-0}" ]; }
}

really() { # SERVICE: the id of the image that a task of it runs, and its node where that is another one
  task=$(sh "$SCRIPTS/tools/swarm/task.sh" "${STACK}_$1") || return
  case $task in
    */*) echo "$(on_node "${task%/*}" inspect -f '{{.Image}}' "${task#*/}" </dev/null) ${task%/*}" ;;
    *) docker inspect -f '{{.Image}}' "$task" ;;
  esac
}

deployed=$(deployed)
runs=$(printf '%s\n' "$deployed" | services="$IMAGES" awk '
  BEGIN { count = split(ENVIRON["services"], own, "\n"); while (count) { split(own[count--], pair, " "); ours[pair[1]] } }
  $1 in ours')
newest=$(printf '%s\n' "$runs" | cut -d ' ' -f 3 | sort -n | tail -n 1)
printf '%s\n' "$IMAGES" | while read -r service name; do
  image=$(printf '%s\n' "$runs" | awk -v service="$service" '$1 == service { print $2 }')
  [ -n "$image" ] || continue
  node=
  case $image in
    *sha256:*) ;;
    *) # a name says nothing: it may be that of another image here
      if said=$(really "$service" 2>&1); then
        image=${said%% *} node=${said#"${said%% *}"}
      else
        echo "which image runs is not told ($said); kept is what is called $image here"
      fi
      ;;
  esac
  # shellcheck disable=SC2086 # a hostname, or nothing
  brought "$image" $node || fail "$image, which $service runs, is not on this node and cannot be pulled: there would be no way back"
  id=$(docker image inspect -f '{{.Id}}' "$image")
  tag=$commit
  if ! of_commit "$newest" "$(docker image inspect -f '{{index .Config.Labels "org.opencontainers.image.revision"}}' "$id")"; then
    tag=image-$(echo "$id" | cut -c 8-19)
    printf 'what runs was not made of %.12s; kept as %s\n' "$commit" "$name:$tag"
  fi
  docker tag "$id" "$name:$tag"
done
