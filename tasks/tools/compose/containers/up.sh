# Has compose start services, building nothing, and proves which images they run.
# Arguments: [--no-deps | --no-recreate | --force-recreate | --scale=SERVICE=COUNT]... SERVICE...
# Variables: TAGS, lines `SERVICE IMAGE NAME`: the image gets that name first. IMAGES, lines `SERVICE IMAGE`: all
# containers of the service have to be made of the image. CHOSEN, a compose file that names images which the deployment's
# own files do not; empty: none. Exit codes: 0 started, 1 failed.
. "$SCRIPTS/tools/compose/lib.sh"

if [ -n "${FAB_ELSEWHERE:-}" ]; then # what other hosts run is not started here, not even for what needs it
  some='' alone=--no-deps
  for word; do
    shift
    named=${word#--scale=}
    [ -n "$(echo "${named%%=*}" | here)" ] || continue
    set -- "$@" "$word"
    case $word in --no-deps) alone='' ;; -*) ;; *) some=yes ;; esac
  done
  [ -n "$some" ] || exit 0 # told of no service, compose would start all
  IMAGES=$(printf '%s\n' "$IMAGES" | here)
  set -- $alone "$@"
fi

# Once each: of two that give the same name at the same moment, an engine with containerd's image store fails one.
printf '%s\n' "$TAGS" | here | awk '!seen[$3]++' | {
  begun=
  while read -r _ image name; do
    [ -z "$image" ] || {
      docker tag "$image" "$name" &
      begun="$begun $!"
    }
  done
  for one in $begun; do wait "$one"; done
}
[ -z "$CHOSEN" ] || printf '%s' "$CHOSEN" >"$run/chosen-images.yml"
compose ${CHOSEN:+-f "$run/chosen-images.yml"} up -d --no-build -t "$GRACE" "$@"
look
remember
[ -n "$IMAGES" ] || exit 0
# shellcheck disable=SC2046,SC2086 # names of services and images, and ids, hold no space
{
  set -f
  ids=$(docker image inspect -f '{{.Id}}' $(printf '%s\n' "$IMAGES" | cut -d ' ' -f 2))
  all=$(containers $(printf '%s\n' "$IMAGES" | cut -d ' ' -f 1))
  made=$([ -z "$all" ] || docker inspect -f "$service_label {{.Image}}" $all)
}
wrong=$(printf '%s\n' "$made" -- "$ids" -- "$IMAGES" | awk '
  /^--$/ { part++; next }
  part == 0 && NF { runs[$1]++; same[$1, $2]++ }
  part == 1 { id[++count] = $1 }
  part == 2 && (!runs[$1] || same[$1, id[++line]] != runs[$1]) { print $1 " does not run " $2; exit }')
[ -z "$wrong" ] || fail "$wrong"
