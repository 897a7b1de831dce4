# Takes in what copy-out.sh printed on another manager, piece by piece. Argument: PIECE.
# Variables: STATE, the state folder; NAMED, a name for it; FIRST, not empty with the first piece; with the last one NODE, the
# node that it comes from, and LAST, the run that was worked on last, where that is one of them.
# What a try left that ran here stays; of those that ran elsewhere `.pid` says so, and of their runs `elsewhere` says where.
# Exit codes: 0 taken in, 1 failed, or torn on the way: nothing was taken in.
. "$SCRIPTS/engine/lock-lib.sh"
copy=$STATE/copy.$NAMED
if [ -n "$FIRST" ]; then
  mkdir -p "$STATE/runs"
  : >"$copy"
fi
printf %s "$1" | base64 -d >>"$copy"
[ -n "$NODE" ] || exit 0
trap 'rm -rf "$copy" "$copy.d"' EXIT
mkdir -p "$copy.d/runs"
tar -xzf "$copy" -C "$copy.d"

take_run() ( # RUN: the journal at last, as it is what the others are judged by
  cd "$copy.d/runs/$1"
  there=$STATE/runs/$1
  for pid in *.pid; do
    [ -e "$pid" ] || continue
    if [ "$(cat "$there/$pid" 2>/dev/null || echo elsewhere)" = elsewhere ]; then
      echo elsewhere >"$pid"
    else
      rm -f "${pid%.pid}".*
    fi
  done
  [ -e elsewhere ] || echo "$NODE" >elsewhere
  mkdir -p "$there"
  mv journal "$copy.d/journal"
  cp -R . "$there"
  mv "$copy.d/journal" "$there/journal"
)

add_lines() { # FILE: those of the copy that are not there yet
  [ -e "$copy.d/$1" ] || return 0
  touch "$STATE/$1"
  grep -vxFf "$STATE/$1" "$copy.d/$1" >"$copy.d/new" || :
  cat "$copy.d/new" >>"$STATE/$1"
}

for run in "$copy.d"/runs/*; do
  [ ! -e "$run/journal" ] || take_run "${run##*/}"
done
for known in schemas rehearsals; do
  [ ! -d "$copy.d/$known" ] || cp -R "$copy.d/$known" "$STATE"
done
add_lines releases.jsonl
add_lines drills.jsonl
if [ -n "$LAST" ]; then
  echo "$LAST" >"$copy.d/last"
  mv "$copy.d/last" "$STATE/last"
fi
hand_over
