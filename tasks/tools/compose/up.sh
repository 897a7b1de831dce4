# Has compose start services, building nothing, and proves which images they run.
# Arguments: [--no-deps | --no-recreate | --force-recreate]... [SERVICE...]; without a service all of them.
# Variables: TAGS, lines `IMAGE NAME`: the image gets that name first. IMAGES, lines `SERVICE IMAGE`: all containers
# of the service have to be made of the image. Exit codes: 0 started, 1 failed.
. "$SCRIPTS/tools/compose/lib.sh"

tag() { # reads TAGS
  while read -r image name; do
    [ -z "$image" ] || docker tag "$image" "$name"
  done
}

made_of_its_image() { # SERVICE IMAGE-ID
  printf '%s\n' "$made" | awk -v service="$1" -v image="$2" '
    $1 == service { made = 1; if ($2 != image) other = 1 }
    END { exit !made || other }'
}

tag <<TAGS
$TAGS
TAGS
compose up -d --no-build -t "$GRACE" "$@"
[ -n "$IMAGES" ] || exit 0
set -f
# shellcheck disable=SC2046,SC2086 # names of services and images, and ids, hold no space
{
  ids=$(docker image inspect -f '{{.Id}}' $(printf '%s\n' "$IMAGES" | cut -d ' ' -f 2))
  all=$(containers $(printf '%s\n' "$IMAGES" | cut -d ' ' -f 1))
  made=$([ -z "$all" ] || docker inspect -f "$service_label {{.Image}}" $all)
  set -- $ids
}
while read -r service image; do
  made_of_its_image "$service" "$1" || fail "$service does not run $image"
  shift
done <<IMAGES
$IMAGES
IMAGES
