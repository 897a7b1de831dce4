# Fails unless COPY holds the rows and revisions that WORK/report names for SECTION; VERSIONS is Alembic's table
# (schema.table). Prints `VERIFIED N tables N rows N unverified`.
. "$SCRIPTS/tools/postgres/lib.sh"
export SECTION
report=$(at_home "$WORK")/report

wanted() { # the rows by table, as SQL
  awk -F '\t' '
    BEGIN { print "SET row_security = off;\nWITH report(name, wanted) AS (VALUES (NULL, 0::bigint)" }
    $1 == "ROWS" && $2 == ENVIRON["SECTION"] && $4 >= 0 {
      gsub(/\047/, "\047\047", $3); gsub(/\\/, "\\\\", $3)
      print ", (E\047" $3 "\047, " $4 ")"
    }
    END { print ")" }' "$report"
}

line() { sort | paste -s -d ' ' -; }

wrong=$({ wanted && cat "$SCRIPTS/tools/postgres/restore/compare-rows.sql"; } | ask sql "$COPY")
[ "$wrong" = all ] || fail "$(printf '%s\n' "$wrong" | awk 'NR == 1 { first = $0 }
  END { print first (NR > 2 ? " (and " NR - 2 " more tables)" : "") }')"

revisions=$(awk -F '\t' '$1 == "REVISION" && $2 == ENVIRON["SECTION"] { print $3 }' "$report" | line)
found=$(echo "SELECT format('SELECT ''= '' || version_num FROM %s', to_regclass(:'versions'))
  WHERE to_regclass(:'versions') IS NOT NULL \\gexec" | ask sql "$COPY" -v versions="$VERSIONS" | line)
[ -z "$revisions" ] || [ "$revisions" = "$found" ] || fail "the backup is at revision $revisions, the database at $found"

awk -F '\t' '
  $1 == "ROWS" && $2 == ENVIRON["SECTION"] { if ($4 < 0) unknown++; else { tables++; rows += $4 } }
  END { printf "VERIFIED %d tables %.0f rows %d unverified\n", tables, rows, unknown }' "$report"
