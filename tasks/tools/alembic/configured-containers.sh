# Prints a line `SERVICE PATH` for each container that has one of the files, the first of them, where its programs begin;
# nothing is started in it: configured-containers.sh PATH...
# CONTAINERS are lines `SERVICE ID FOLDER`. Exit code: 0.
. "$SCRIPTS/tools/lib.sh"
printf '%s\n' "$CONTAINERS" | while read -r service id folder; do
  for path; do
    ! docker cp "$id:${folder%/}/$path" - >/dev/null 2>&1 || { printf '%s %s\n' "$service" "$path" && break; }
  done
done
