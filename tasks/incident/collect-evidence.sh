# Prints a tar.gz of what the host knows of an incident; nothing of it stays on the host.
# Variables: those of tools/compose/lib.sh and tools/alembic/rows.sh (TABLE empty: there is no alembic); COUNT, lines of
# each container's log; COMMITS, how many; LIMIT, bytes that are taken of a file, of logs the last ones; RUN, a run's
# folder, and LEFT, the hash of the release that was left, which may both be empty.
. "$SCRIPTS/tools/lib.sh"
umask 077
collected=$(mktemp -d)
at_exit 'rm -rf "$collected"'
exec 2>"$collected/errors.txt"
set +e # what cannot be had does not keep from the rest
mkdir "$collected/logs" "$collected/run"

about_the_app() (
  . "$SCRIPTS/tools/compose/lib.sh"
  set +e
  all=$(containers)
  # shellcheck disable=SC2086 # ids, one word each
  logs_of $all
  printf '%s\n' "${ENV_FILES:-${FOLDER:+$FOLDER/}.env}" | while IFS= read -r file; do cat "$file"; done >"$collected/dotenv"
  compose config >"$collected/compose.yml"
  # shellcheck disable=SC2086 # ids, one word each
  [ -z "$all" ] || docker inspect $all >"$collected/containers.json"
  docker ps -a --no-trunc >"$collected/containers.txt"
  docker images --no-trunc >"$collected/images.txt"
  about_the_code 2>&1 | head -c "$LIMIT" >"$collected/git.txt"
  about_the_schema >"$collected/alembic.txt" 2>&1
)

logs_of() { # CONTAINER...; of a swarm those of all nodes, and of tasks that have ended
  if [ -n "${FAB_SWARM:-}" ]; then
    for name in $(stacked '{{.Spec.Name}}'); do
      timeout 60 docker service logs -t --no-trunc --tail "$COUNT" "$name" 2>&1 | tail -c "$LIMIT" >"$collected/logs/$name.log" &
    done
  else
    for id; do
      name=$(docker inspect -f '{{.Name}}' "$id")
      docker logs -t --tail "$COUNT" "$id" 2>&1 | tail -c "$LIMIT" >"$collected/logs/${name#/}.log" &
    done
  fi
  wait
}

about_the_code() {
  shown git status
  shown git log "-$COMMITS" --date=iso --stat
  shown git reflog "-$COMMITS" --date=iso
  shown git diff HEAD
  [ -n "$LEFT" ] || return 0
  shown git show --stat "$LEFT"
  shown git diff HEAD "$LEFT"
}

shown() { # COMMAND WORD...
  printf '\n$ %s\n' "$*"
  "$@"
}

about_the_schema() {
  [ -n "$TABLE" ] || { echo 'no alembic in hosts.yaml' && return; }
  echo "rows of $TABLE:"
  sh "$SCRIPTS/tools/alembic/rows.sh"
}

about_the_run() (
  cd "$RUN" && find . -type f -size "-${LIMIT}c" ! -name '*.pid' | tar -cf - -T - | tar -xf - -C "$collected/run"
)

about_the_host() {
  date
  uptime
  df -h
  free -m
  docker version
}

about_the_app
[ -z "$RUN" ] || about_the_run
about_the_host >"$collected/host.txt" 2>&1
cd "$collected" && tar -czf - .
