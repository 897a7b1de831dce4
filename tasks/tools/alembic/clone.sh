# Functions that make a clone of the database on a server of its own, made anew from the real one's image, in the container
# $server and the network $NETWORK. A script that sources them has sourced tools/alembic/lib.sh.
#   FULL  1: with all data; empty: the schema, and the rows of alembic's table

# How the real server's container is run: image, login, names.
about_server='{{.Image}}
{{.Config.User}}
{{.Name}} {{.Config.Hostname}} {{range .NetworkSettings.Networks}}{{range .Aliases}}{{.}} {{end}}{{end}}'
place=/fab-rollback owner=fab_rollback # the server's folder, and its superuser, whom no dump knows

# Starts a container of the real server's image in which nothing runs yet: its entrypoint would fill the database, or ask
# for what this one does not have.
start_server() {
  if elsewhere; then
    # Names that the service has for addresses lead nowhere in that network: they mean this server.
    names=$(printf '%s\n' "$hosts" | sed 's/--add-host//g; s/:[^ ]*//g') hosts=
    real=$(printf '%s\n\n%s' "$DB_CLIENT" "$PGHOST $names")
  else
    real=$(docker inspect -f "$about_server" "$DB_CONTAINER")
  fi
  settings=$(live <"$SCRIPTS/tools/postgres/scratch/scratch-settings.sql")
  set --
  [ -z "$DATABASE" ] || set -- --network-alias "$DATABASE"
  # shellcheck disable=SC2046 # ids, one word each
  others=$(docker inspect -f "${service_label:?}" $(running)) # a pooler stands before the database
  for alias in $(printf '%s\n' "$real" | sed -n 3p) $others; do set -- "$@" --network-alias "${alias#/}"; done
  if [ -n "$FULL" ]; then set -- "$@" -v "$place"; else set -- "$@" --tmpfs "$place"; fi
  port=$PGPORT
  elsewhere || port=$(printf '%s\n' "$settings" | sed -n "s/^port = '\(.*\)'/\1/p")
  docker network create --internal "$NETWORK" >/dev/null
  docker run -d --name "${server:?}" --network "$NETWORK" "$@" -u 0 -e PGHOST="$place" -e PGPORT="$port" --no-healthcheck \
    --entrypoint sh "$(printf '%s\n' "$real" | sed 1q)" -c 'exec tail -f /dev/null' >/dev/null
  login=$(docker exec -i -u 0 "$server" sh -s "$place" "$(printf '%s\n' "$real" | sed -n 2p)" \
    <"$SCRIPTS/tools/postgres/scratch/own-folder.sh")
}

# Prints the settings of the rehearsal's server. Nothing of it is to last.
configuration() {
  printf '%s\n' "$settings"
  case $settings in
    *shared_preload_libraries*) ;;
    *) # only superusers are told
      # shellcheck disable=SC2016 # it runs in the container
      libraries=$(inside sh -c 'postgres -C shared_preload_libraries -D "$PGDATA"' </dev/null 2>/dev/null) || libraries=
      [ -z "$libraries" ] || echo "shared_preload_libraries = '$libraries'"
      ;;
  esac
  printf '%s\n' "port = '$port'" "unix_socket_directories = '$place'" "listen_addresses = '*'" 'fsync = off' 'full_page_writes = off'
}

# Roles are copied as far as they can be, without their passwords; all else has to be whole.
dump() {
  configuration
  echo .
  pg pg_dumpall -l "$DB_NAME" --roles-only --no-role-passwords 2>/dev/null </dev/null || :
  printf '%s\n' '\set ON_ERROR_STOP on'
  [ "$DB_NAME" != postgres ] || echo 'DROP DATABASE postgres;'
  tables && cat "$SCRIPTS/tools/postgres/scratch/scratch-whole.sql"
}

tables() {
  set -- pg pg_dump -d "$(target "$DB_NAME")" --no-tablespaces
  if [ -n "$FULL" ]; then
    "$@" -C </dev/null
  else
    "$@" -C -s </dev/null || return
    kept=$(live <"$SCRIPTS/tools/postgres/scratch/extension-tables.sql")
    while IFS= read -r one; do
      [ -z "$one" ] || set -- "$@" -t "$one"
    done <<TABLES
"$SCHEMA"."$TABLE"
$kept
TABLES
    "$@" -a </dev/null
  fi
}

# Dumped while the server is made. TimescaleDB has to know that its tables are loaded.
clone() {
  said=$(dump | sed '/^CREATE EXTENSION IF NOT EXISTS timescaledb /a SELECT timescaledb_pre_restore();' \
    | docker exec -i -u "$login" "$server" sh -c "$(cat "$SCRIPTS/tools/postgres/scratch/scratch-server.sh")" sh "$place" "$owner" 2>&1) || :
  case $said in *the-clone-is-whole*) return ;; esac
  printf '%s\n' "$said" | grep -vi password | tail -n 5
  fail 'the clone for the rehearsal could not be made'
}
