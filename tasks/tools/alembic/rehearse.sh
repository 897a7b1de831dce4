# Tries a downgrade on a clone of the database, and an image on the downgraded clone: rehearse.sh MOVE...
# The clone has a server of its own, which answers to the names of the real one, and of a pooler, in a network without a
# way out: nothing that runs there can reach the real database, which is only read.
#   FULL         1: with all data; empty: the schema, and the rows of alembic's table
#   WAYS_OUT     what can be done where no downgrade works
#   TRIAL_IMAGE  what is tried in the end; empty: nothing. The other variables are those of trial.sh.
# Exit code 2: the downgrade, or the image, cannot work.
set -eu
. "$SCRIPTS/tools/alembic/lib.sh"
export NETWORK="$CONTAINERS-rehearsal"
server=$NETWORK container=$NETWORK-alembic

# How the real server's container is run; its environment comes last.
about_server='{{.Image}}
{{.Name}} {{.Config.Hostname}} {{range .NetworkSettings.Networks}}{{range .Aliases}}{{.}} {{end}}{{end}}
{{range .Config.Env}}{{println .}}{{end}}'

# Over TCP: some images start a server on the socket alone before the one that stays.
# shellcheck disable=SC2016 # it runs in the container
load='i=0
until pg_isready -q -h "$(hostname -i)" "$@"; do
  i=$((i + 1))
  [ $i -lt 600 ] || { echo "the rehearsal server did not start"; exit 1; }
  sleep 0.05 2>/dev/null || sleep 1
done
exec psql -XAtq "$@"'

clear_all() {
  docker rm -fv "$server" "$container" "$NETWORK-app" >/dev/null 2>&1 || :
  docker network rm "$NETWORK" >/dev/null 2>&1 || :
}

tidy() {
  clear_all
  rm -f "$given" "$settings"
}

start_server() {
  real=$(docker inspect -f "$about_server" "$DB_CONTAINER")
  printf '%s\n' "$real" | sed 1,2d | grep . >"$settings"
  set -- --network-alias "$DATABASE"
  # shellcheck disable=SC2046 # ids, one word each
  others=$(docker inspect -f "$service_label" $(running)) # a pooler stands before the database
  for alias in $(printf '%s\n' "$real" | sed -n 2p) $others; do set -- "$@" --network-alias "${alias#/}"; done
  [ -n "$FULL" ] || set -- "$@" --tmpfs /var/lib/postgresql/data
  docker network create --internal "$NETWORK" >/dev/null
  docker run -d --name "$server" --network "$NETWORK" "$@" --env-file "$settings" "$(printf '%s\n' "$real" | sed 1q)" >/dev/null
}

# Roles and settings are copied as far as they can be; all else has to be whole.
dump() {
  roles=$(pg pg_dumpall -l "$DB_NAME" --roles-only 2>/dev/null </dev/null) && printf '%s\n' "$roles"
  printf '%s\n' '\set ON_ERROR_STOP on'
  tables && printf '%s\n' '\echo the-clone-is-whole'
}

tables() {
  set -- pg pg_dump -d "$(target "$DB_NAME")"
  if [ -n "$FULL" ]; then
    "$@" </dev/null
  else
    "$@" -s </dev/null && "$@" -a -t "\"$SCHEMA\".\"$TABLE\"" </dev/null
  fi
}

# Dumped while the server starts.
clone() {
  said=$(dump | docker exec -i "$server" sh -c "$load" sh -U "$DB_USER" -d "$(target "$DB_NAME")" 2>&1) || :
  case $said in *the-clone-is-whole*) return ;; esac
  printf '%s\n' "$said" | grep -vi password | tail -n 5
  fail 'the clone for the rehearsal could not be made'
}

find_server
settings=$(mktemp)
learn_service
copyable || refuse 'no container of the service to rehearse with; --no-rehearse leaves it out'
clear_all
start_server
clone

network=$NETWORK DB_CONTAINER=$server
for move; do
  if [ -n "$OVERRIDE" ] && [ "$move" = "$OVERRIDE_TO" ]; then
    override || refuse "the SQL in place of $OVERRIDE's downgrade failed in the rehearsal. $WAYS_OUT"
  else
    alembic downgrade "$move" || refuse "the rehearsal of downgrade $move failed. $WAYS_OUT"
  fi
done
read_heads
arrived || refuse "the rehearsal led to $(in_a_line "${heads:-base}"), not to $(in_a_line "${HEADS:-base}")"
echo 'the downgrade works on a clone'
[ -z "$TRIAL_IMAGE" ] || sh "$SCRIPTS/tools/alembic/trial.sh"
