# Removes names of images, and with the last name of an image the image. What is gone already is passed over.
# Arguments: NAME... Exit codes: 0 none of the names is there, 1 failed.
. "$SCRIPTS/tools/compose/lib.sh"
for name; do
  docker image inspect "$name" >/dev/null 2>&1 || continue
  docker rmi "$name" >/dev/null
  ! docker image inspect "$name" >/dev/null 2>&1 || fail "$name is still there"
done
