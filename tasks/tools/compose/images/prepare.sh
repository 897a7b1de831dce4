# Has the images of a commit ready, without touching what runs: kept ones are taken as they are, others are pulled, or
# built from the commit's own tree beside the checkout.
# Arguments: COMMIT [--no-cache]; with that, all are built anew. Variables: SOURCES, lines `SERVICE SOURCE NAME`: what
# is not built, and what it is called from then on; IMAGES, lines `SERVICE NAME`; PROJECT, the compose project's name;
# OVERRIDE, a compose file that names and labels the images. Exit codes: 0 ready, 1 failed.
. "$SCRIPTS/tools/compose/lib.sh"

printf '%s\n' "$SOURCES" | here | while read -r _ source name; do
  [ -n "$source" ] || continue
  if ! docker image inspect "$source" >/dev/null 2>&1; then
    docker pull "$source" || fail "$source is not on the host and cannot be pulled; nothing was stopped"
  fi
  [ "$source" = "$name" ] || docker tag "$source" "$name"
done
IMAGES=$(printf '%s\n' "$IMAGES" | here)
wanted=$IMAGES
[ $# != 1 ] || wanted=$(lacking "$IMAGES")
printf '%s\n' "$IMAGES" | grep -vxF "$wanted" | sed 's/^[^ ]*/kept:/' | uniq
[ -n "$wanted" ] || exit 0
umask 077
mkdir -p "$HOME/.fab-rollback"
folder=$(mktemp -d "$HOME/.fab-rollback/tree.XXXXXX")
at_exit 'rm -rf "$folder"'
sh "$SCRIPTS/tools/git/export-tree.sh" "$1" "$folder/tree"
cd "$folder/tree/$(git rev-parse --show-prefix)"
printf '%s' "$OVERRIDE" >.rollback.yml
# shellcheck disable=SC2046 # names of services hold no space
compose -f .rollback.yml build --force-rm ${2:+"$2"} $(builders "$wanted")
prove_images
