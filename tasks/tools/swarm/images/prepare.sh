# Has the images of a commit ready, without touching what runs: on this node, and where every node can have them from; how
# they know them is kept in the run's folder. Arguments, variables and exit codes: those of prepare.sh of compose.
. "$SCRIPTS/tools/compose/lib.sh"
printf '%s\n' "$SOURCES" | while read -r _ source name; do
  [ -n "$source" ] || continue
  if ! docker image inspect "$source" >/dev/null 2>&1; then
    docker pull --quiet "$source" || fail "$source is not on the host and cannot be pulled; nothing was stopped"
  fi
  [ "$source" = "$name" ] || docker tag "$source" "$name"
  image=$(pinned "$name") || exit
  printf '%s %s\n' "$name" "$image" >>"$run/pinned"
done
