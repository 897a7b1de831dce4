# Prints `SERVICE ID` for the images of IMAGES, lines `SERVICE NAME`; the id is empty where there is no such image.
. "$SCRIPTS/tools/lib.sh"
image_ids "$(printf '%s\n' "$IMAGES" | grep ' .')"
