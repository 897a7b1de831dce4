# Prints a schema as SQL, with the rows of alembic's table and of those in which extensions keep what belongs to it. It
# runs where PostgreSQL's programs are: three of them in one go. Stdin: extension-tables.sql.
# Arguments: DATABASE, as -d takes it; alembic's TABLE, as -t takes it; OPTION..., the login of all programs.
set -eu
database=$1 table=$2
shift 2
kept=$(psql -X -q -v ON_ERROR_STOP=1 -At -d "$database" "$@")
set -- "$@" -d "$database" --no-tablespaces
pg_dump "$@" -C -s </dev/null
set -- "$@" -t "$table"
while IFS= read -r one; do
  [ -z "$one" ] || set -- "$@" -t "$one"
done <<TABLES
$kept
TABLES
pg_dump "$@" -a </dev/null
