# Prints what errors.sh of compose does, of the stack's tasks on all nodes.
. "$SCRIPTS/tools/compose/lib.sh"
services=$(stacked '{{.Spec.Name}}')
printf '%s\n' "$services" | while read -r service; do
  [ -n "$service" ] || continue
  task_logs --timestamps --no-trunc --since "${MINUTES}m" --tail 2000 "$service" | tr -d '\r' \
    | sed -n 's/^\([^ ]*\) \([^ ]*\)[.][a-z0-9]*@\([^ ]*\) *| /\2@\3=\1 /p' | grep -aE "$PATTERN" \
    | grep -avE "$PROBES" | cut -c 1-400
done | sort -s -t = -k 1,1 | awk '
  { task = $1; sub(/=.*/, "", task); sub(/^[^=]*=/, "") }
  task != name { told(); name = task; count = 0 }
  { line[++count] = $0 }
  END { told() }
  function told(i) {
    if (name != "") print "= /" name
    for (i = count > 300 ? count - 299 : 1; i <= count; i++) print line[i]
  }'
