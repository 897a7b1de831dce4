# Functions that compare what an upgrade yields on a clone with the copy SNAPSHOT, which was made before the downgrade. A
# script that sources them has sourced tools/alembic/clone.sh, and has a folder $texts and a function `scratch`.
tab=$(printf '\t')

# The real server, although the rest of the script has come to mean the clone's by now.
of_the_snapshot() { # FILE OPTION...
  file=$1
  shift
  alike "$file" | DB_CONTAINER=$real_container PGHOST=$real_host PGPORT=$real_port sql "$SNAPSHOT" -F "$tab" "$@"
}

of_the_clone() { # FILE DATABASE OPTION...
  file=$1 database=$2
  shift 2
  alike "$file" | of_scratch "$database" "$@"
}

alike() { cat "$SCRIPTS/tools/postgres/values/settings.sql" "$1"; } # FILE

of_scratch() { # DATABASE OPTION...
  database=$(target "$1")
  shift
  docker exec -i "${server:?}" psql -XAtq -F "$tab" -v ON_ERROR_STOP=1 -U "${owner:?}" -d "$database" "$@"
}

gather() { of_scratch fab_rollback_values -c 'COPY seen FROM STDIN'; }

# Learns where the snapshot is, and keeps the clone as it is before the upgrade.
keep_present() {
  real_container=$DB_CONTAINER real_host=$PGHOST real_port=$PGPORT
  [ -z "$SNAPSHOT" ] || echo 'CREATE DATABASE fab_rollback_now TEMPLATE :"live"' | scratch
}

# Prints `ALIKE TABLE ROWS` of the tables that are the same in both, and of the others what compare.sql says.
compare() {
  sums=$SCRIPTS/tools/postgres/values/tables.sql rows=$SCRIPTS/tools/postgres/values/rows.sql
  then=${texts:?}/then upgraded=$texts/upgraded besides="\"$SCHEMA\".\"$TABLE\""
  of_the_snapshot "$sums" -v besides="$besides" | sort >"$then"
  of_the_clone "$sums" "$DB_NAME" -v besides="$besides" | sort >"$upgraded"
  grep -qx end "$then" || fail 'the snapshot could not be read to its end'
  comm -12 "$then" "$upgraded" | cut -s -f 1,2 | sed "s/^/ALIKE$tab/"
  differ=$(comm -23 "$then" "$upgraded" | cut -s -f 1)
  [ -n "$differ" ] || return 0
  echo 'CREATE DATABASE fab_rollback_values' | scratch
  of_scratch fab_rollback_values -c 'CREATE UNLOGGED TABLE seen (side text, name text, key jsonb, cells jsonb)'
  of_the_snapshot "$rows" -v side=then -v tables="$differ" | gather
  of_the_clone "$rows" fab_rollback_now -v side=now -v tables="$differ" | gather
  of_the_clone "$rows" "$DB_NAME" -v side=upgraded -v tables="$differ" | gather
  of_scratch fab_rollback_values <"$SCRIPTS/tools/postgres/values/compare.sql"
}
