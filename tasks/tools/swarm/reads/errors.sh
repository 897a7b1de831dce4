# Prints what errors.sh of compose does, of the stack's tasks on all nodes.
. "$SCRIPTS/tools/compose/lib.sh"
stacked '{{.Spec.Name}}' | while read -r service; do
  docker service logs --timestamps --no-trunc --since "${MINUTES}m" --tail 2000 "$service" 2>&1 \
    | sed -n 's/^\([^ ]*\) \([^ ]*\)[.][a-z0-9]*@\([^ ]*\) *| /\2@\3 \1 /p' | grep -aE "$PATTERN" \
    | grep -avE "$PROBES" | cut -c 1-400
done | sort | awk '$1 != name { name = $1; print "= /" name; count = 0 } ++count <= 300 { sub(/^[^ ]* /, ""); print }'
