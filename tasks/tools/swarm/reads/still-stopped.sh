# Fails, naming them, where services are to run that were stopped: somebody has scaled or deployed them.
# Arguments: SERVICE... Exit codes: 0 none is, 1 some are.
. "$SCRIPTS/tools/compose/lib.sh"
back=
for one; do
  about=$(docker service inspect -f "{{with .Spec.Mode.Replicated}}{{.Replicas}}{{end}} {{range .Spec.TaskTemplate.Placement.Constraints}}{{.}},{{end}}" "${STACK}_$one")
  case $about in '0 '* | *"$NOWHERE,"*) ;; *) back="$back $one" ;; esac
done
[ -z "$back" ] || fail "started again by somebody after the stop:$back (a deployment, docker service scale?); end that first"
