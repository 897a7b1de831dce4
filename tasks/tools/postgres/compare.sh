# Fails unless COPY holds the rows and revisions that WORK/report names for SECTION; VERSIONS is Alembic's table
# (schema.table). Prints `VERIFIED N tables N rows N unverified`.
set -eu
. "$SCRIPTS/tools/postgres/lib.sh"
export SECTION
report=$(at_home "$WORK")/report

rows=$(awk -F '\t' 'BEGIN { raw = ENVIRON["SECTION"] } $1 == "ROWS" && $2 == raw && $4 >= 0' "$report")
counted=$(printf '%s\n' "$rows" | awk -f "$SCRIPTS/tools/postgres/count_rows.awk" | ask sql "$COPY")
wrong=$(printf '%s\nEND\n%s\n' "$rows" "$counted" | awk -f "$SCRIPTS/tools/postgres/compare_rows.awk")
[ -z "$wrong" ] || fail "$wrong"

line() { sort | paste -s -d ' ' -; }
want=$(awk -F '\t' 'BEGIN { raw = ENVIRON["SECTION"] } $1 == "REVISION" && $2 == raw { print $3 }' "$report" | line)
found=$(echo "SELECT format('SELECT ''= '' || version_num FROM %s', to_regclass(:'versions'))
  WHERE to_regclass(:'versions') IS NOT NULL \\gexec" | ask sql "$COPY" -v versions="$VERSIONS" | line)
[ -z "$want" ] || [ "$want" = "$found" ] || fail "the backup is at revision $want, the database at $found"

awk -F '\t' '
  BEGIN { raw = ENVIRON["SECTION"] }
  $1 == "ROWS" && $2 == raw { if ($4 < 0) unknown++; else { tables++; rows += $4 } }
  END { printf "VERIFIED %d tables %.0f rows %d unverified\n", tables, rows, unknown }' "$report"
