# Writes a backup to PATH and reads it once more, as anybody would find it: write_backup.sh PATH FORM
# VERSIONS and REPORTS are those of inspect.sh; FORM is that of dump.sh. Prints `PROGRESS bytes N 0` meanwhile.
set -eu
. "$SCRIPTS/tools/postgres/lib.sh"
path=$1 form=$2
part=$(at_home "$path").part

grow() {
  while sleep 2; do
    size=$(wc -c 2>/dev/null <"$part") && echo "PROGRESS bytes $((size)) 0" || :
  done
}
stop_watching() { kill "$watcher" 2>/dev/null || :; }

grow &
watcher=$!
at_exit stop_watching
sh "$SCRIPTS/tools/postgres/dump.sh" "$path" "$form"
stop_watching

report=$(sh "$SCRIPTS/tools/postgres/inspect.sh" "$path")
printf '%s\n' "$report" | awk -F '\t' '{ seen[$1] = $2 } END { exit !(seen["CHECKSUM"] == "ok" &&
  seen["COMPLETE"] == 1 && !("UNREADABLE" in seen) && !("REASON" in seen)) }' \
  || fail "$path was written, but it is not whole when it is read back: do not rely on it"
printf '%s\n' "$report" | awk -F '\t' '$1 == "ROWS" { tables++; rows += $4 } $1 == "REVISION" { at = at " " $3 }
  END { printf "verified: %d tables, %.0f rows%s\n", tables, rows, (at == "" ? "" : ", revision" at) }'
