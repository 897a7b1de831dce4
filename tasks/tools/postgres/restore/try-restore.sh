# Restores a backup into a server of its own, which nothing reaches, and compares it with the file; then asks CHECKS (SQL,
# one a line) of it: each has to answer with something that is neither false, 0 nor empty. Nothing is left but what became
# of it, in REPORTS. The server is made as that of a rehearsal. The other variables are those of restore.sh. Prints
# `PROGRESS` lines, what restore.sh says, and `ASKED ok|bad ANSWER SQL` (tab-separated).
. "$SCRIPTS/tools/postgres/backups/backup-lib.sh"
. "$SCRIPTS/tools/postgres/scratch/lib.sh"
server=fab-rollback-try-$RUN

finish() {
  docker rm -fv "$server" >/dev/null 2>&1 || :
  rm -rf "$(at_home "$WORK")"
}

# Its folder is a volume: a backup may need more than there is memory.
start() {
  learn_server
  start_container --network none -v "$place"
  make_for_restore
}

asked() {
  printf '%s\n' "$CHECKS" | while IFS= read -r question; do
    [ -n "$question" ] || continue
    how=ok
    answer=$(printf '%s\n;\n' "$question" | sql "$COPY" 2>&1) || how=bad
    case $(printf '%s\n' "$answer" | head -n 1) in f | 0 | '') how=bad ;; esac
    printf 'ASKED\t%s\t%s\t%s\n' "$how" "$(printf '%s\n' "$answer" | first_error | head -c 200)" "$question"
  done
}

keep() { # WHAT
  kept=$(at_home "$REPORTS")/$(basename "$file").$bytes.$(stat -c %Y "$file").restored
  mkdir -p "$(dirname "$kept")" && printf 'RESTORED\t%s, %s\n' "$1" "$(date -u +%Y-%m-%d)" >"$kept"
}

open_backup "$BACKUP"
at_exit finish
start
if ! said=$(sh "$SCRIPTS/tools/postgres/restore/restore.sh" 2>&1 5>&1); then
  printf '%s\n' "$said"
  why=$(printf '%s\n' "$said" | tail -n 1)
  keep "NOT RESTORED on trial: $why"
  fail "$why"
fi
printf '%s\n' "$said"
answers=$(asked)
[ -z "$answers" ] || printf '%s\n' "$answers"
wrong=$(printf '%s\n' "$answers" | grep -c "^ASKED	bad" || :)
if [ "$wrong" = 0 ]; then keep 'restored on trial'; else keep "restored on trial, $wrong checks failed"; fi
