# Prints `= NAME` for each container of the project, and below it the lines of its log that PATTERN (grep -E) matches,
# each after its time, without those that PROBES matches: the last 300 of the last MINUTES.
. "$SCRIPTS/tools/compose/lib.sh"
for id in $(containers); do
  docker inspect -f '= {{.Name}}' "$id"
  docker logs --timestamps --since "${MINUTES}m" --tail 5000 "$id" 2>&1 | tr -d '\r' \
    | grep -aE "$PATTERN" | grep -avE "$PROBES" | cut -c 1-400 | tail -n 300
done
