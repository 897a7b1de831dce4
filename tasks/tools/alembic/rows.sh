# Prints `table` and the rows of the alembic table, read by psql in the database's container; `none` where there is no
# such table. The variables are those of lib.sh about the database.
. "$SCRIPTS/tools/alembic/lib.sh"
find_server
read_table
