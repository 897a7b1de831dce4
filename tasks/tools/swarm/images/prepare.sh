# Has the images of a commit ready on this node, without touching what runs: they are there, or a registry or another node
# has them. How every node will know them is kept in the run's folder: carry.sh brings them there what no registry has.
# Arguments, variables and exit codes: those of prepare.sh of compose.
. "$SCRIPTS/tools/compose/lib.sh"
. "$SCRIPTS/tools/swarm/carrying.sh"
rm -f "$run/pinned"
printf '%s\n' "$SOURCES" | while read -r _ source name; do
  [ -n "$source" ] || continue
  brought "$source" || fail "$source is not on the host and cannot be pulled; nothing was stopped"
  [ "$source" = "$name" ] || docker tag "$source" "$name"
  image=$(pinned "$name") || exit
  printf '%s %s\n' "$name" "$image" >>"$run/pinned"
done
