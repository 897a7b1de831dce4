# Deploys the stack's files, and watches until the swarm has done it on all nodes; a service's own update_config decides
# how. Images are named by what prepare.sh found; what is not to be started stays as it is.
# Arguments: [--no-deps | --scale=SERVICE=COUNT]... SERVICE... Variables: IMAGES, lines `SERVICE IMAGE`.
# Exit codes: 0 every task runs what was deployed, 1 failed.
. "$SCRIPTS/tools/swarm/deploying.sh"
files=$(compose config | awk '/^[^ ]/ { inside = /^services:/ } inside && /^  [^ ].*:$/ { gsub(/[ :"\047]/, ""); print }')
deployed=$(stacked '{{.Spec.Name}} {{with .Spec.Mode.Replicated}}{{.Replicas}}{{else}}global{{end}} {{index .Spec.Labels "com.docker.stack.image"}}')

known() { # SERVICE FIELD: what is said of a service in $deployed; nothing where it is not there yet
  printf '%s\n' "$deployed" | awk -v service="${STACK}_$1" -v field="$2" '$1 == service { print $field }'
}

version=$(printf '%s\n' "$COMPOSE_FILES" | head -n 1 | xargs -I '{}' sed -n "s/^version:[[:space:]]*[\"']\{0,1\}\([0-9.]*\).*/\1/p" '{}' | head -n 1)

count() { # SERVICE: how many tasks of it there are to be, where that is not what the files say; nothing for a global one
  now=$(known "$1" 2)
  scaled=$(printf '%s\n' "$told" | sed -n "s/^--scale=$1=//p" | head -n 1)
  [ "$now" != global ] || return 0
  if [ -n "$scaled" ]; then
    echo "$scaled"
  elif ! printf '%s\n' "$told" | grep -qxF "$1"; then
    echo "${now:-0}"
  fi
}

image() { # SERVICE: how every node knows its image, or what it was deployed by: then it stays as it is
  name=$(printf '%s\n' "$IMAGES" | sed -n "s/^$1 //p" | head -n 1)
  kept=$(sed -n "s|^${name:-.*} ||p" "$run/pinned" 2>/dev/null | tail -n 1)
  if [ -z "$name" ]; then known "$1" 3; elif [ -n "$kept" ]; then echo "$kept"; else pinned "$name"; fi
}

told=$(printf '%s\n' "$@")
said=
for service in $files; do
  image=$(image "$service") || exit
  replicas=$(count "$service")
  said="$said${said:+,}\"$service\":{${image:+\"image\":\"$image\"}${image:+${replicas:+,}}${replicas:+\"deploy\":{\"replicas\":$replicas\}}}"
done
printf '{%s"services":{%s}}\n' "${version:+\"version\":\"$version\",}" "$said" >"$run/chosen.yml"
COMPOSE_FILES="$COMPOSE_FILES
$run/chosen.yml"
deploy
# shellcheck disable=SC2086 # names of services hold no space
watched $files
