# Reads the backup at PATH on the host to its end and prints all that can be known of it: inspect.sh PATH
# VERSIONS is Alembic's table (schema.table). REPORTS, where it is not empty, is a folder that keeps what was found, for
# `backups.list`, and for a restore of the very same bytes. Prints `PROGRESS` lines meanwhile. Ends 0 for a bad backup
# as well: the verdict is in what it prints. Nothing it uses is shared: several may be read at once.
set -eu
. "$SCRIPTS/tools/postgres/lib.sh"

checksum() {
  if [ ! -f "$file.sha256" ]; then
    echo none
  elif [ -d "$file" ]; then
    (cd "$file" && sha256sum -c --status --strict "$file.sha256") 2>/dev/null && echo ok || echo bad
  else
    want=$(awk 'NR == 1 { sub(/^\\/, ""); print tolower(substr($1, 1, 64)) }' "$file.sha256")
    [ "$(sha256sum <"$file" | awk '{ print $1 }')" = "$want" ] && echo ok || echo bad
  fi
}

contents() { # of an archive
  case $kind in
    custom) inside pg_restore -l <"$file" 2>&1 ;;
    directory) inside pg_restore -l "$staging/archive" </dev/null 2>&1 ;;
  esac
}

digest() {
  case $kind in
    custom) printf 'DIGEST\t%s\n' "$(sh -c "$DIGEST" sh "$file")" ;;
    directory) printf 'DIGEST\t%s\n' "$(digest_of_staged)" ;;
  esac
}

missing_roles() { # of those that the report on stdin names
  awk -F '\t' '$1 == "ROLE" {
    gsub(/\047/, "\047\047", $2); gsub(/\\/, "\\\\", $2)
    print "SELECT \047MISSING\t\047 || name FROM (SELECT E\047" $2 "\047::text AS name) AS role" \
      " WHERE to_regrole(name) IS NULL;"
  }' | admin 2>/dev/null || printf 'ROLES\tunknown\n'
}

tell() {
  sum=$(checksum) # by itself: a sidecar that cannot be read ends the inspection
  printf 'FILE\t%s\t%s\t%s\nCHECKSUM\t%s\n' "$kind" "$bytes" "$modified" "$sum"
  printf '%s\n' "$toc" | awk 'sub(/^; +dbname: /, "") { print "DATABASE\t" $0; exit }'
  if [ -n "$reason" ]; then
    printf 'REASON\t%s\n' "$reason"
    return
  fi
  digest
  found=$({ { unpack 2>/dev/null || echo UNREADABLE >&3; } | scan || :; } 3>&1)
  printf '%s\n' "$found"
  printf '%s\n' "$found" | missing_roles
}

keep() {
  kept=$(at_home "$REPORTS")/$(basename "$file").$bytes.$modified
  mkdir -p "$(dirname "$kept")" && printf '%s\n' "$report" >"$kept.part" && mv "$kept.part" "$kept"
}

open_backup "$1"
modified=$(stat -c %Y "$file")
at_exit clean_staging
[ "$kind" != directory ] || fill_staging "check-$(od -An -tx1 -N8 /dev/urandom | tr -d ' \n')"
toc=$(contents) || reason=$(printf '%s\n' "$toc" | first_error)
REPORT=cat TOTAL=$bytes
export VERSIONS REPORT TOTAL
exec 5>&1
report=$(tell)
printf '%s\n' "$report"
[ -z "$REPORTS" ] || keep 2>/dev/null || :
