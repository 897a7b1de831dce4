# Builds images from the checkout as it is; what runs goes on running.
# Arguments: [--no-cache]. Variables: IMAGES, lines `SERVICE IMAGE`: what is built, and has to be there afterwards.
# Exit codes: 0 built, 1 failed.
. "$SCRIPTS/tools/compose/lib.sh"
IMAGES=$(printf '%s\n' "$IMAGES" | here)
[ -n "$IMAGES" ] || exit 0
# Without --force-rm, the container of a step that failed would stay.
# shellcheck disable=SC2046 # names of services hold no space
compose build --force-rm "$@" $(builders "$IMAGES")
prove_images
