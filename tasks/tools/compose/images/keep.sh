# Tags the images which run now with the commit they were deployed with, so that no pruning takes them.
# Arguments: COMMIT. Variables: IMAGES, lines `SERVICE NAME`. Exit codes: 0 kept, 1 failed.
# An image that cannot be of that commit gets its own id as a tag: it is labelled with another one, or no container
# was made since the checkout came to it, or its own was not, and one is kept already, as after a job that was not run
# again. A later rollback to COMMIT must not start it.
. "$SCRIPTS/tools/compose/lib.sh"
commit=$1

of_commit() { # IMAGE-ID NAME SECONDS: of its container
  labelled=$(printf '%s\n' "$labels" | sed -n "s/^$1 //p" | sed -n 1p)
  [ "$labelled" != "$commit" ] || return 0
  [ -z "$labelled" ] && [ "$newest" -ge "${moved:-0}" ] || return
  [ "$3" -ge "${moved:-0}" ] || ! docker image inspect -f '{{.Id}}' "$2:$commit" >/dev/null 2>&1
}

# shellcheck disable=SC2046,SC2086 # names of services, and ids, hold no space
{
  set -f
  all=$(containers $(printf '%s\n' "$IMAGES" | cut -d ' ' -f 1))
  [ -n "$all" ] || exit 0
  made=$(docker inspect -f "$service_label {{.Image}} {{.Created}}" $all)
  about='{{.ID}} {{index .Config.Labels "org.opencontainers.image.revision"}}{{range .RepoTags}}
{{$.ID}}/{{.}}{{end}}'
  labels=$(docker image inspect -f "$about" $(printf '%s\n' "$made" | cut -d ' ' -f 2) 2>/dev/null || :)
}
moved=$(git log -g -1 --date=unix --format=%gd HEAD -- 2>/dev/null | sed 's/.*{\(.*\)}.*/\1/')
made=$(printf '%s\n' "$made" | while read -r service id time; do
  printf '%s %s %s\n' "$(date -d "$time" +%s 2>/dev/null || echo 9999999999)" "$service" "$id"
done | sort -n)
newest=$(printf '%s\n' "$made" | sed '$!d; s/ .*//')
printf '%s\n' "$made" | while read -r time service id; do # the newest last: of services that share a name, it stays
  name=$(printf '%s\n' "$IMAGES" | awk -v service="$service" '$1 == service { print $2; exit }')
  [ -n "$name" ] || continue
  tag=$commit
  if ! of_commit "$id" "$name" "$time"; then
    tag=image-$(echo "$id" | cut -c 8-19)
    printf 'what runs was not made of %.12s; kept as %s\n' "$commit" "$name:$tag"
  fi
  printf '%s\n' "$labels" | grep -qxF "$id/$name:$tag" || docker tag "$id" "$name:$tag"
done
