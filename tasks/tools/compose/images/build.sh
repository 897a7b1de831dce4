# Builds images from the checkout as it is; what runs goes on running.
# Arguments: [--no-cache] SERVICE... Variables: IMAGES, lines `SERVICE IMAGE`: what has to be there afterwards.
# Exit codes: 0 built, 1 failed.
. "$SCRIPTS/tools/compose/lib.sh"
compose build --force-rm "$@" # without it, the container of a step that failed would stay
prove_images
