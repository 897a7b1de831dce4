# Prints what the last rehearsal of a change left in FINDINGS; with COMPARE also what it would rest on now, lines `now KEY
# FINGERPRINT`, where all of it can be told. Of a rehearsal with another image only `other SECONDS`, when that was.
# The variables are those of rehearse.sh.
. "$SCRIPTS/tools/alembic/lib.sh"
. "$SCRIPTS/tools/alembic/clone.sh"
. "$SCRIPTS/tools/alembic/basis.sh"

if [ ! -f "$FINDINGS" ]; then
  # shellcheck disable=SC2012 # the names are ours
  other=$(ls -t "${FINDINGS%-*}"-* 2>/dev/null | head -n 1)
  [ -z "$other" ] || sed -n 's/^at /other /p' "$other"
  exit 0
fi
cat "$FINDINGS"
[ -n "$COMPARE" ] && grep -q '^rests ' "$FINDINGS" || exit 0
look
find_server
learn_service
now=$(basis 2>/dev/null) || exit 0
printf '%s\n' "$now" | sed 's/^/now /'
