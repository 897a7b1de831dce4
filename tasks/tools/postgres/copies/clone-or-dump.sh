# Clones the live database as SNAP, or, where that cannot be, writes a dump to PATH: clone-or-dump.sh SNAP NEW PATH
# NEW is that of snapshot.sh; REPORTS and VERSIONS are those of inspect.sh. Where the dump is there already, it is kept.
. "$SCRIPTS/tools/postgres/lib.sh"
dump=$(at_home "$3")
if [ -e "$dump" ] && [ -e "$dump.sha256" ]; then
  echo "$3 is there already"
  exit 0
fi
code=0
sh "$SCRIPTS/tools/postgres/copies/snapshot.sh" "$1" "$2" || code=$?
case $code in
  1 | 2) ;;
  *) exit "$code" ;;
esac
# On a disk that is full up to what the server's log may need, a migration is not begun at all.
see "$1"
require_room 0
echo "no clone could be made: $3 is written instead"
sh "$SCRIPTS/tools/postgres/backups/write-backup.sh" "$3" custom
