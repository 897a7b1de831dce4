# Adds one line to the ledger of releases, with the host's time, and with the ids that its images have now.
# Usage: LEDGER=FILE RUN= TASK= WHO= MACHINE= ledger.sh RECORD [SERVICE IMAGE]...; RECORD: the members of a JSON object.
. "$SCRIPTS/tools/lib.sh"

json() { printf '"%s":"%s"' "$1" "$(printf %s "$2" | tr -d '\000-\037' | sed 's/[\\"]/\\&/g')"; }

record=$1
shift
ids=
while [ $# -ge 2 ]; do
  if id=$(docker image inspect -f '{{.Id}}' "$2" 2>/dev/null); then ids="$ids${ids:+,}$(json "$1" "$id")"; fi
  shift 2
done
# A line torn by a crash must not swallow the next one.
[ ! -s "$LEDGER" ] || [ -z "$(tail -c 1 "$LEDGER")" ] || echo >>"$LEDGER"
printf '{"at":%s,%s,%s,%s,%s,%s,"images":{%s}}\n' "$(date +%s)" "$record" "$(json run "$RUN")" "$(json task "$TASK")" \
  "$(json who "$WHO")" "$(json machine "$MACHINE")" "$ids" >>"$LEDGER"
