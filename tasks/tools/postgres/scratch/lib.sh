# Functions that make a server of its own, anew of the real one's image, in the container $server. A script sources it, and
# tools/postgres/lib.sh before: . "$SCRIPTS/tools/postgres/scratch/lib.sh"

# How the real server's container is run: image, and its name, login, names.
about_server='{{.Image}}|{{.Config.Image}}|{{.Config.User}}|{{.Name}} {{.Config.Hostname}}'
about_server="$about_server {{range .NetworkSettings.Networks}}{{range .Aliases}}{{.}} {{end}}{{end}}"
place=/fab-rollback owner=fab_rollback # the server's folder, and its superuser, whom no dump knows

# Learns what it has to be like, while DB_CONTAINER is still the real one's: $image, $runs_as, $names, $version, $port,
# and $configuration, of which nothing is to last.
learn_server() { # [FILE]: what scratch-settings.sql printed, where that was asked before
  real="$DB_CLIENT|$DB_CLIENT||$PGHOST"
  elsewhere || real=$(at_server inspect -f "$about_server" "${DB_CONTAINER#*/}")
  # shellcheck disable=SC2034 # a clone has the names
  IFS='|' read -r image known_as runs_as names <<REAL
$real
REAL
  case $DB_CONTAINER in */*) image=$known_as ;; esac # ids are of the node that they are on
  [ -n "$image" ] || refuse 'there is no image to make a server of (database.client)'
  told=$(if [ $# = 1 ]; then cat "$1"; else admin <"$SCRIPTS/tools/postgres/scratch/scratch-settings.sql"; fi)
  # shellcheck disable=SC2034 # a rehearsal rests on the version
  version=$(printf '%s\n' "$told" | sed -n 's/^# //p') settings=$(printf '%s\n' "$told" | sed '/^# /d')
  port=$PGPORT
  elsewhere || port=$(printf '%s\n' "$settings" | sed -n "s/^port = '\(.*\)'/\1/p")
  configuration=$(printf '%s\n' "$settings" "$(preloaded)" "port = '$port'" "unix_socket_directories = '$place'" \
    "listen_addresses = '*'" 'fsync = off' 'full_page_writes = off')
}

# The libraries that the real one starts with, where only superusers are told of them.
preloaded() {
  case $settings in *shared_preload_libraries*) return ;; esac
  # shellcheck disable=SC2016 # it runs in the container
  libraries=$(inside sh -c 'postgres -C shared_preload_libraries -D "$PGDATA"' </dev/null 2>/dev/null) || libraries=
  [ -z "$libraries" ] || echo "shared_preload_libraries = '$libraries'"
}

# Starts its container, in which nothing runs yet: the image's entrypoint would fill the database, or ask for what this
# one does not have.
start_container() { # OPTION...: network, and where its folder lies
  docker run -d --name "${server:?}" "$@" -u 0 -e PGHOST="$place" -e PGPORT="$port" --no-healthcheck \
    --entrypoint sh "$image" -c 'exec tail -f /dev/null' >/dev/null
  server_login=$(docker exec -i -u 0 "$server" sh -s "$place" "$runs_as" <"$SCRIPTS/tools/postgres/scratch/own-folder.sh")
}

# Roles are copied as far as they can be, without their passwords.
roles() { pg pg_dumpall -l "$DB_MAINTENANCE" --roles-only --no-role-passwords 2>/dev/null </dev/null || :; }

# Makes the server, and feeds stdin to psql there.
make_server() {
  { printf '%s\n.\n' "$configuration" && cat; } | docker exec -i -u "$server_login" "$server" sh -c \
    "$(cat "$SCRIPTS/tools/postgres/scratch/scratch-server.sh")" sh "$place" "$owner" 2>&1
}

# Makes the server as a restore needs it, and has all that follows speak with it. Restores are made as the login, whatever
# it may do on the real server.
make_for_restore() {
  said=$({ roles && superuser && free_name; } | make_server) || :
  # shellcheck disable=SC2034 # client.sh reads it
  DB_CONTAINER=$server PGHOST='' PGPORT='' secret=''
  echo 'SELECT 1;' | admin >/dev/null 2>&1 \
    || fail "the server of its own did not start: $(printf '%s\n' "$said" | tail -n 1)"
}

# A new server has a database postgres, which may be what the live one is called.
free_name() { [ "$DB_NAME" != postgres ] || echo 'DROP DATABASE postgres;'; }

superuser() {
  echo "SELECT format('= CREATE ROLE %1\$I; ALTER ROLE %1\$I SUPERUSER LOGIN;', current_user);" | ask admin
}
