"""Shell text that proves a restored database: its rows and revisions against those of the file."""

import shlex

from .psql import ask, literal

# A table of an extension comes filled by CREATE EXTENSION: the file holds only what was added.
COUNT = r"""
counts() {
  printf '%s\n' "$report" | awk -F '\t' '
    BEGIN { print "SET row_security = off;" \
      " SELECT CASE WHEN c.oid IS NULL THEN format(\047SELECT %L\047, \047= - = \047 || name)" \
      " ELSE format(\047SELECT \047\047= \047\047 || count(*) || %L FROM %s %s\047," \
      " CASE WHEN d.objid IS NULL THEN \047 = \047 ELSE \047 + \047 END || name," \
      " CASE relkind WHEN \047p\047 THEN \047\047 ELSE \047ONLY\047 END, c.oid::regclass) END FROM (VALUES (NULL)" }
    NF == 4 { gsub(/\047/, "\047\047", $3); gsub(/\\/, "\\\\", $3); print ", (E\047" $3 "\047)" }
    END { print ") AS v(name) LEFT JOIN pg_class c ON c.oid = to_regclass(name) LEFT JOIN pg_depend d" \
      " ON d.classid = \047pg_class\047::regclass AND d.objid = c.oid AND d.deptype = \047e\047" \
      " WHERE name IS NOT NULL \\gexec" }' | ask copy
}
"""

# Compares "N = NAME" (or "N + NAME": at least as many) of the database with the report's rows.
WRONG = r"""
report=$(awk -F '\t' 'BEGIN { raw = ENVIRON["RAW"] } $1 == "ROWS" && $2 == raw && $4 >= 0' "$work/report")
counted=$(counts)
wrong=$({ printf '%s\n' "$report"; printf 'END\n%s\n' "$counted"; } | awk '
  !second && $0 == "END" { second = 1; next }
  !second { n = split($0, field, "\t"); if (n == 4) want[field[3]] = field[4]; next }
  { name = $0; sub(/^[^ ]+ [=+] /, "", name); seen[name]
    if ($1 == "-" || ($2 == "=" && $1 != want[name]) || ($2 == "+" && $1 < want[name])) {
      if (!wrong++) printf "table %s: %s rows in the backup, %s in the database", name, want[name], $1 } }
  END { for (name in want) if (!(name in seen) && !wrong++) printf "table %s was not counted", name
    if (wrong > 1) printf " (and %d more tables)", wrong - 1 }')
[ -z "$wrong" ] || fail "$wrong"
"""

REVISED = r"""
line() { sort | paste -s -d ' ' -; }
want=$(awk -F '\t' 'BEGIN { raw = ENVIRON["RAW"] } $1 == "REVISION" && $2 == raw { print $3 }' "$work/report" | line)
got=$(printf '%s\n' "$found" | line)
[ -z "$want" ] || [ "$want" = "$got" ] || fail "the backup is at revision $want, the database at $got"
"""

SUMMARY = r"""
awk -F '\t' '
  BEGIN { raw = ENVIRON["RAW"] }
  $1 == "ROWS" && $2 == raw { if ($4 < 0) unknown++; else { tables++; rows += $4 } }
  END { printf "VERIFIED %d tables %.0f rows %d unverified\n", tables, rows, unknown }' "$work/report"
"""


def compare(raw: str, versions: str) -> str:
    """Return shell text that fails unless `copy` holds the rows and revisions in `$work/report`.

    RAW is the section of the dump that was loaded, VERSIONS Alembic's table (schema.table).
    """
    rows = f"SELECT format('SELECT ''= '' || version_num FROM %s', to_regclass({literal(versions)}))"
    found = ask("found", "copy", f"{rows} WHERE to_regclass({literal(versions)}) IS NOT NULL \\gexec")
    return f"RAW={shlex.quote(raw)}; export RAW\n" + COUNT + WRONG + found + REVISED + SUMMARY
