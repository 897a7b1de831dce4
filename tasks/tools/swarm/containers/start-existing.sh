# Starts the services again that stop.sh stopped, with as many tasks as they had, and watches until these run.
# Arguments: SERVICE... Exit codes: 0 all of them run, 1 failed.
. "$SCRIPTS/tools/swarm/deploying.sh"
note_updates
began=$(date +%s)
for one; do
  about=$(docker service inspect -f "{{if .Spec.Mode.Global}}global{{end}} {{index .Spec.Labels \"$HALTED\"}}" "${STACK}_$one")
  case $about in
    *' ') continue ;;
    global*) set_to="--constraint-rm $NOWHERE" ;;
    *) set_to="--replicas ${about#* }" ;;
  esac
  # shellcheck disable=SC2086 # an option and its word
  docker service update --detach --quiet --label-rm "$HALTED" $set_to "${STACK}_$one" >/dev/null
done
watched "$@"
