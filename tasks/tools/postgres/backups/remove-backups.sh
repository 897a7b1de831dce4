# Removes backups with their checksums, and what checks found in them: remove-backups.sh REPORTS [PATH REPORT]...
# REPORTS is the folder of the reports. Proves that they are gone.
. "$SCRIPTS/tools/lib.sh"
reports=$(at_home "$1")
shift
while [ $# -gt 0 ]; do
  path=$(at_home "$1")
  rm -rf "$path" "$path.sha256" "${reports:?}/$2" "$reports/$2.restored" "$reports/$2.fetched"
  [ ! -e "$path" ] || fail "$1 is still there"
  shift 2
done
