"""Everything that can be known about a backup without restoring it."""

import shlex

from ...ssh.shell import at_exit, nonce
from .psql import Database, script
from .scan import FUNCTION
from .source import source_functions

CHECKSUM = r"""
checksum=none
if [ -f "$file.sha256" ]; then
  checksum=bad
  if [ -d "$file" ]; then
    list=$(cd "$(dirname "$file.sha256")" && pwd)/$(basename "$file.sha256")
    (cd "$file" && sha256sum -c --status --strict "$list") 2>/dev/null && checksum=ok
  else
    want=$(awk 'NR == 1 { sub(/^\\/, ""); print tolower(substr($1, 1, 64)) }' "$file.sha256")
    [ "$(sha256sum <"$file" | awk '{ print $1 }')" = "$want" ] && checksum=ok
  fi
fi
"""

ARCHIVE = r"""
if [ $kind = directory ]; then {tidy}; fill_box; fi
case $kind in
  custom) toc=$(docker exec -i {container} pg_restore -l <"$file" 2>&1) ;;
  directory) toc=$(docker exec -i {container} pg_restore -l "$box/archive" </dev/null 2>&1) ;;
  *) toc= ;;
esac || reason=$(printf '%s\n' "$toc" | first_error)
printf '%s\n' "$toc" | awk 'sub(/^; +dbname: /, "") {{ print "DATABASE\t" $0; exit }}'
"""

DIGEST = r"""
case $kind in custom) printf 'DIGEST\t%s\n' "$(digest)" ;; directory) printf 'DIGEST\t%s\n' "$(digest_in_box)" ;; esac
"""

READ = r"""
printf 'FILE\t%s\t%s\t%s\n' "$kind" "$bytes" "$(stat -c %Y "$file")"
printf 'CHECKSUM\t%s\n' "$checksum"
if [ $kind = unknown ] || [ -n "$reason" ]; then printf 'REASON\t%s\n' "$reason"; exit 0; fi
REPORT=cat; export REPORT
exec 5>&1
found=$( { { unpack 2>/dev/null || printf 'UNREADABLE\n' >&3; } | scan || :; } 3>&1 )
printf '%s\n' "$found"
printf '%s\n' "$found" | awk -F '\t' '
  $1 == "ROLE" { gsub(/\047/, "\047\047", $2); gsub(/\\/, "\\\\", $2)
    print "SELECT \047MISSING\t\047 || name FROM (SELECT E\047" $2 "\047::text AS name) AS role" \
      " WHERE to_regrole(name) IS NULL;" }' |
  admin 2>/dev/null || printf 'ROLES\tunknown\n'
"""


def inspect_script(db: Database, path: str, versions: str = "public.alembic_version", progress: bool = False) -> str:
    """Return a script that reads the backup at PATH on the host once and prints all about it.

    VERSIONS is Alembic's table (schema.table). With PROGRESS it prints `PROGRESS` lines
    too, and an archive's digest: the file is to be restored. It
    ends 0 for a bad backup as well: the verdict is in what it prints, for `parse_backup`.
    Nothing it uses is shared: several may be read at once.
    """
    total = f"TOTAL=$bytes; export TOTAL\n{DIGEST}" if progress else ""
    environment = f"VERSIONS={shlex.quote(versions)}; LC_ALL=C; export VERSIONS LC_ALL\n"
    return script(
        db,
        source_functions(db, path, f"check-{nonce()}"),
        CHECKSUM,
        ARCHIVE.format(tidy=at_exit("clean_box"), container=shlex.quote(db.container)),
        FUNCTION,
        environment,
        total,
        READ,
    )
