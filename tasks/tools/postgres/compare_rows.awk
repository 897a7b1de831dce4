# Prints the first table of which a database does not hold the rows that the report names: the report's lines, END, and
# then what the SQL of count_rows.awk printed.
!second && $0 == "END" { second = 1; next }
!second {
  if (split($0, field, "\t") == 4) want[field[3]] = field[4]
  next
}
{
  name = $0
  sub(/^[^ ]+ [=+] /, "", name)
  seen[name]
  if ($1 == "-" || ($2 == "=" && $1 != want[name]) || ($2 == "+" && $1 < want[name])) {
    if (!wrong++) printf "table %s: %s rows in the backup, %s in the database", name, want[name], $1
  }
}
END {
  for (name in want) if (!(name in seen) && !wrong++) printf "table %s was not counted", name
  if (wrong > 1) printf " (and %d more tables)", wrong - 1
}
