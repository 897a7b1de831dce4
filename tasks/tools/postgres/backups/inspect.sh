# Reads the backup at PATH on the host to its end and prints all that can be known of it: inspect.sh PATH
# VERSIONS is Alembic's table (schema.table). REPORTS, where it is not empty, is a folder that keeps what was found, for
# `backups.list`, and for a restore of the very same bytes. Prints `PROGRESS` lines meanwhile. Ends 0 for a bad backup
# as well: the verdict is in what it prints. Nothing it uses is shared: several may be read at once.
. "$SCRIPTS/tools/postgres/backups/backup-lib.sh"

# Prints which checksum lies beside it, and whether it is right; it may say so of the file that a link leads to.
checksum() {
  for sum in sha256 sha512 sha1 md5; do
    for beside in "$file.$sum" "$(readlink -f "$file").$sum"; do
      [ -f "$beside" ] || continue
      [ -r "$beside" ] || refuse "$beside cannot be read"
      agrees=bad
      ! agrees "$sum" "$beside" || agrees=ok
      printf '%s\t%s\n' "$agrees" "$sum"
      return
    done
  done
  echo none
}

agrees() { # SUM BESIDE
  if [ -d "$file" ]; then
    (cd "$file" && "$1sum" -c --status --strict "$2") 2>/dev/null
  else
    want=$(awk 'NR == 1 { sub(/^\\/, ""); sub(/.* = /, ""); print tolower($1) }' "$2")
    [ "$("$1sum" <"$file" | awk '{ print $1 }')" = "$want" ]
  fi
}

digest() {
  if laid_out; then digest_of_staged; else sh -c "$DIGEST" sh "$file"; fi
}

# What a pipe does not tell: whether it was opened and unpacked to its end. A tar archive ends with two empty blocks.
whole() {
  [ -z "$sealed" ] || stored >/dev/null 2>&1 || return 1
  ! laid_out || [ "$kind" = directory ] || opened >/dev/null 2>&1 || return 1
  [ "$kind" != tar ] || [ "$(opened | tail -c 1024 | tr -d '\0' | wc -c) $(($(opened | wc -c) % 512))" = '0 0' ]
}

# What the server lacks of what the report on stdin names: roles, and extensions that it does not offer.
missing() {
  awk -F '\t' 'function literal(text) { gsub(/\047/, "\047\047", text); gsub(/\\/, "\\\\", text); return "E\047" text "\047" }
    $1 == "ROLE" { print "SELECT \047MISSING\t\047 || name FROM (SELECT " literal($2) \
      "::text AS name) AS role WHERE to_regrole(name) IS NULL;" }
    $1 == "EXTENSION" { gsub(/"/, "", $3); print "SELECT \047LACKS\t\047 || name FROM (SELECT " literal($3) \
      "::text AS name) AS one WHERE name NOT IN (SELECT e.name FROM pg_available_extensions e);" }
  ' | admin 2>/dev/null || printf 'ROLES\tunknown\n'
}

tell() {
  sum=$(checksum) # by itself: a sidecar that cannot be read ends the inspection
  printf 'FILE\t%s\t%s\t%s\nCHECKSUM\t%s\nPACKED\t%s\n' "$kind" "$bytes" "$modified" "$sum" "$packed"
  printf '%s\n' "$toc" | awk 'sub(/^; +dbname: /, "") { print "DATABASE\t" $0; exit }'
  if [ -n "$reason" ]; then
    printf 'REASON\t%s\n' "$reason"
    return
  fi
  ! archive || printf 'DIGEST\t%s\n' "$(digest)"
  found=$({ { unpack 2>/dev/null || echo UNREADABLE >&3; } | scan || :; } 3>&1)
  printf '%s\n' "$found"
  printf '%s\n' "$found" | missing
}

keep() {
  kept=$(at_home "$REPORTS")/$(basename "$file").$bytes.$modified
  mkdir -p "$(dirname "$kept")" && printf '%s\n' "$report" >"$kept.part" && mv "$kept.part" "$kept"
}

open_backup "$1"
# pg_restore never comes to the end of some archives that are damaged (a stream that ends early, up to PostgreSQL 15).
limit="timeout $((60 + bytes / 200000))"
modified=$(stat -c %Y "$file")
at_exit clean_staging
toc='' packed=$(echo "$sealed $packing" | sed 's/^ //; s/ $//')
[ -n "$reason" ] || whole || reason='it cannot be opened and unpacked to its end: it is damaged or cut off'
if [ -z "$reason" ] && archive; then
  ! laid_out || fill_staging "check-$(od -An -tx1 -N8 /dev/urandom | tr -d ' \n')"
  toc=$(pg_restore_of -l 2>&1) || reason=$(printf '%s\n' "$toc" | first_error)
fi
REPORT=cat TOTAL=$bytes
export VERSIONS REPORT TOTAL
exec 5>&1
report=$(tell)
printf '%s\n' "$report"
[ -z "$REPORTS" ] || keep 2>/dev/null || :
