# Prints `table` and the rows of the alembic table, read by psql in the database's container; `none` where there is no
# such table. Variables: those of tools/compose/lib.sh; DB_NAME, DB_USER; SCHEMA and TABLE.
. "$SCRIPTS/tools/compose/lib.sh"
id=$(running "$DATABASE" | head -n 1)
[ -n "$id" ] || fail "the database container ($DATABASE) is not running"
docker exec -i "$id" psql -XAtq -v ON_ERROR_STOP=1 -v schema="$SCHEMA" -v table="$TABLE" -U "$DB_USER" -d "$DB_NAME" \
  <"$SCRIPTS/tools/alembic/rows.sql"
