# Prints `table` and the rows of the alembic table, read by psql in the database's container; `none` where there is no
# such table, nor any that could be meant. The variables are those of lib.sh about the database.
. "$SCRIPTS/tools/alembic/lib.sh"
find_server
found=$(read_table)
[ "$found" != none ] || others=$(version_tables | tr '\t' .)
[ -z "${others-}" ] || fail "there is no table $SCHEMA.$TABLE, but $(in_a_line "$others"): database.alembic.schema and .table in hosts.yaml say which"
printf '%s\n' "$found"
