# Prints what an SQL file of this folder finds in DATABASE, tab-separated: read-values.sh FILE DATABASE [OPTION OF PSQL...]
set -eu
. "$SCRIPTS/tools/postgres/lib.sh"
file=$1 database=$2
shift 2
cat "$SCRIPTS/tools/postgres/values/settings.sql" "$file" | sql "$database" -F "$(printf '\t')" "$@"
