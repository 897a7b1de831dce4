# Adds one line to the drills that are remembered. Argument: DRILL, a JSON object. Variable: STATE, the state folder.
. "$SCRIPTS/engine/lib.sh"
mkdir -p "$STATE"
cd "$STATE"
# A line torn by a crash must not swallow the next one.
[ -z "$(tail -c 1 drills.jsonl 2>/dev/null)" ] || echo >>drills.jsonl
printf '%s\n' "$1" >>drills.jsonl
