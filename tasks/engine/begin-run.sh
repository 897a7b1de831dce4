# Takes in a run's files, piece by piece; with the last one, the journal begins. Argument: PIECE of a tar.gz (base64).
# Variables: STATE, the state folder; RUN; SEEN, with the first piece: what activity.sh said when the run was planned,
# or `any`; ENTRY, with the last piece: the journal's first line, without its opening brace.
# Exit code 9: another run was at work meanwhile; nothing was written.
. "$SCRIPTS/engine/lib.sh"
if [ -n "$SEEN" ]; then
  [ "$SEEN" = any ] || [ "$SEEN" = "$(sh "$SCRIPTS/engine/activity.sh")" ] || exit 9
  mkdir -p "$STATE/runs/$RUN"
  : >"$STATE/runs/$RUN/incoming"
fi
cd "$STATE/runs/$RUN"
[ -e incoming ]
printf %s "$1" | base64 -d >>incoming
[ -n "$ENTRY" ] || exit 0
tar -xzf incoming
rm incoming
# A host that loses its power may lose later what was written first.
sync plan.new 2>/dev/null || :
mv plan.new plan.json
work_on "$ENTRY"
