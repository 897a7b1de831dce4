# Prints what lies in FOLDER: list-backups.sh FOLDER REPORTS
# For each backup `BACKUP BYTES MODIFIED KIND CHECKSUM NAME` (tab-separated; CHECKSUM: whether one lies beside it), then
# what its last check found, which lies in REPORTS; or, of a file that was never checked, the revision in it, as far as
# it can be read in a few seconds. DB_CONTAINER and PGHOST may be empty: then an archive's is not read.
set -eu
. "$SCRIPTS/tools/postgres/lib.sh"
folder=$(at_home "$1") reports=$(at_home "$2")

revision_in() { # KIND FILE
  case $1 in
    plain) timeout 5 cat "$2" ;;
    gzip | zstd) timeout 5 "$1" -dcq <"$2" ;;
    custom) [ -z "$DB_CONTAINER$PGHOST" ] || inside timeout 5 pg_restore -a -t alembic_version -f - <"$2" ;;
  esac 2>/dev/null | awk '
    /^COPY .*alembic_version"? \(/ { on = 1; next }
    on && $0 == "\\." { exit }
    on { print "REVISION\t" $0 }'
}

cd "$folder" 2>/dev/null || exit 0
for name in *; do
  case $name in *.sha256 | *.part | *.part.err | *[[:cntrl:]]*) continue ;; esac
  [ -f "$name" ] || [ -f "$name/toc.dat" ] || continue
  [ -r "$name" ] || continue
  kind_of "./$name"
  bytes=$(bytes_of "./$name") || continue # gone meanwhile
  modified=$(stat -c %Y "./$name") || continue
  checksum=0
  [ ! -e "$name.sha256" ] || checksum=1
  printf 'BACKUP\t%s\t%s\t%s\t%s\t%s\n' "$bytes" "$modified" "$kind" "$checksum" "$name"
  cat "$reports/$name.$bytes.$modified" 2>/dev/null || revision_in "$kind" "./$name" || :
done
