# Prints what an SQL file that changes nothing finds in DATABASE: read.sh FILE DATABASE [OPTION OF PSQL...]
. "$SCRIPTS/tools/postgres/lib.sh"
file=$1 database=$2
shift 2
sql "$database" -v live="$DB_NAME" "$@" <"$file"
