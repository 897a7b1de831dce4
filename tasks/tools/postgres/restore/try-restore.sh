# Restores a backup into a server of its own, which nothing reaches, and compares it with the file; then asks CHECKS (SQL,
# one a line) of it: each has to answer with something that is neither false, 0 nor empty. Nothing is left but what became
# of it, in REPORTS. The server is made by initdb, of the image of the real one, or of DB_CLIENT. The other variables are
# those of restore.sh. Prints `PROGRESS` lines, what restore.sh says, and `ASKED ok|bad ANSWER SQL` (tab-separated).
set -eu
. "$SCRIPTS/tools/postgres/backups/backup-lib.sh"
server=fab-rollback-try-$RUN

finish() {
  docker rm -fv "$server" >/dev/null 2>&1 || :
  rm -rf "$(at_home "$WORK")"
}

# What the server is made like: image, login, programs, libraries that it starts with; and the roles there are.
learn() {
  image=$DB_CLIENT login=postgres
  if ! elsewhere; then
    image=$(docker inspect -f '{{.Image}}' "$DB_CONTAINER")
    see "$DB_NAME"
    login=$(inside stat -c %u:%g "$DB_DATA" </dev/null)
  fi
  [ -n "$image" ] || refuse 'there is no image to make a server of (database.client)'
  programs=$(echo "SELECT '= ' || setting FROM pg_config WHERE name = 'BINDIR';" | admin 2>/dev/null | sed 's/^= //') || programs=
  preloaded=$(echo "SELECT '= ' || current_setting('shared_preload_libraries');" | ask admin)
  roles=$(echo "SELECT format('= CREATE ROLE %I;', rolname) FROM pg_roles
    WHERE rolname !~ '^pg_' AND rolname <> current_user;" | ask admin)
}

# shellcheck disable=SC2016 # it runs in the container
start() {
  docker run -d --name "$server" --network none --user "$login" -e PGDATA=/tmp/data -e HOME=/tmp \
    --tmpfs /var/run/postgresql:mode=1777 --entrypoint sh "$image" -c 'PATH="${1:+$1:}$PATH"
      initdb -U "$2" -A trust -E UTF8 --locale=C --no-sync >/tmp/log 2>&1 || { cat /tmp/log >&2; exit 1; }
      exec postgres -c listen_addresses= -c fsync=off -c shared_preload_libraries="$3"' \
    sh "$programs" "$DB_USER" "$preloaded" >/dev/null
  DB_CONTAINER=$server PGHOST='' secret='' tries=0
  until echo 'SELECT 1;' | admin >/dev/null 2>&1; do
    tries=$((tries + 1))
    [ $tries -lt 300 ] || fail "the server of its own did not start: $(docker logs "$server" 2>&1 | tail -n 1)"
    sleep 0.2
  done
  printf '%s\n' "$roles" | admin >/dev/null
}

asked() {
  printf '%s\n' "$CHECKS" | while IFS= read -r question; do
    [ -n "$question" ] || continue
    how=ok
    answer=$(printf '%s\n;\n' "$question" | sql "$COPY" 2>&1) || how=bad
    case $(printf '%s\n' "$answer" | head -n 1) in f | 0 | '') how=bad ;; esac
    printf 'ASKED\t%s\t%s\t%s\n' "$how" "$(printf '%s\n' "$answer" | first_error | head -c 200)" "$question"
  done
}

keep() { # WHAT
  kept=$(at_home "$REPORTS")/$(basename "$file").$bytes.$(stat -c %Y "$file").restored
  mkdir -p "$(dirname "$kept")" && printf 'RESTORED\t%s, %s\n' "$1" "$(date -u +%Y-%m-%d)" >"$kept"
}

open_backup "$BACKUP"
at_exit finish
learn
start
if ! said=$(sh "$SCRIPTS/tools/postgres/restore/restore.sh" 2>&1 5>&1); then
  printf '%s\n' "$said"
  why=$(printf '%s\n' "$said" | tail -n 1)
  keep "NOT RESTORED on trial: $why"
  fail "$why"
fi
printf '%s\n' "$said"
answers=$(asked)
[ -z "$answers" ] || printf '%s\n' "$answers"
wrong=$(printf '%s\n' "$answers" | grep -c "^ASKED	bad" || :)
if [ "$wrong" = 0 ]; then keep 'restored on trial'; else keep "restored on trial, $wrong checks failed"; fi
