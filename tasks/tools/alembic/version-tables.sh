# Prints which tables of the database can be Alembic's, as version-tables.sql does. The variables are those of rows.sh.
. "$SCRIPTS/tools/alembic/lib.sh"
find_server
version_tables
