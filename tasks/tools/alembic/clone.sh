# Functions that make a clone of the database on a server of its own, in the container $server and the network $NETWORK. A
# script that sources them has sourced tools/alembic/lib.sh.
#   FULL  1: with all data; empty: the schema, and the rows of alembic's table
. "$SCRIPTS/tools/postgres/scratch/lib.sh"

# Starts the server's container. It answers to the names of the real one, and of a pooler that stands before it.
start_server() {
  learn_server
  if elsewhere; then
    # Names that the service has for addresses lead nowhere in that network: they mean this server.
    names="$names $(printf '%s\n' "$hosts" | sed 's/--add-host//g; s/:[^ ]*//g')" hosts=
  fi
  set --
  others=$(others_names)
  # shellcheck disable=SC2046 # names, one word each
  for alias in ${DATABASE:+$(names_of "$DATABASE")} $names $others; do set -- "$@" --network-alias "${alias#/}"; done
  if [ -n "$FULL" ]; then set -- "$@" -v "$place"; else set -- "$@" --tmpfs "$place"; fi
  docker network create --internal "$NETWORK" >/dev/null
  start_container --network "$NETWORK" "$@"
}

# All but the roles has to be whole.
dump() {
  roles
  printf '%s\n' '\set ON_ERROR_STOP on'
  free_name
  tables && cat "$SCRIPTS/tools/postgres/scratch/scratch-whole.sql"
}

tables() {
  if [ -n "$FULL" ]; then
    pg pg_dump -d "$(target "$DB_NAME")" --no-tablespaces -C </dev/null
    return
  fi
  dump_schema "$(cat "$SCRIPTS/tools/postgres/scratch/dump-schema.sh")"
}

dump_schema() { # SCRIPT ARGUMENT...: dump-schema.sh, and what comes before it and before its arguments
  script=$1
  shift
  set -- "$@" "$(target "$DB_NAME")" "\"$SCHEMA\".\"$TABLE\"" -U "$DB_USER"
  ! elsewhere || set -- "$@" -w
  inside sh -c "$script" sh "$@" <"$SCRIPTS/tools/postgres/scratch/extension-tables.sql"
}

# Dumped while the server is made. TimescaleDB has to know that its tables are loaded.
clone() {
  said=$(dump | sed '/^CREATE EXTENSION IF NOT EXISTS timescaledb WITH SCHEMA / {
    p
    s/.* SCHEMA \(.*\);/SELECT \1.timescaledb_pre_restore();/
  }' | make_server) || :
  case $said in *the-clone-is-whole*) return ;; esac
  printf '%s\n' "$said" | grep -vi password | tail -n 5
  fail 'the clone for the rehearsal could not be made'
}
