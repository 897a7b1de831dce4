# Prints `SERVICE ID` for the images of IMAGES, lines `SERVICE NAME`; the id is empty where there is no such image.
. "$SCRIPTS/tools/lib.sh"
printf '%s\n' "$IMAGES" | while read -r service name; do
  [ -z "$name" ] || printf '%s %s\n' "$service" "$(docker image inspect -f '{{.Id}}' "$name" 2>/dev/null)"
done
