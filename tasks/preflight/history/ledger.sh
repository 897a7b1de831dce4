# Adds one line to the ledger of releases, with the host's time, and with the ids and digests that its images have now.
# Usage: LEDGER=FILE RUN= TASK= WHO= MACHINE= [SCHEMA= REHEARSED=] ledger.sh RECORD [SERVICE IMAGE]...; RECORD: the members of a JSON object.
. "$SCRIPTS/tools/lib.sh"

json() { printf '"%s":"%s"' "$1" "$(printf %s "$2" | tr -d '\000-\037' | sed 's/[\\"]/\\&/g')"; }

record=$1
shift
ids='' digests=''
while [ $# -ge 2 ]; do
  if found=$(docker image inspect -f '{{.Id}} {{range .RepoDigests}}{{.}} {{end}}' "$2" 2>/dev/null); then
    ids="$ids${ids:+,}$(json "$1" "${found%% *}")"
    digest=$(echo "$found" | cut -d ' ' -f 2)
    [ -z "$digest" ] || digests="$digests${digests:+,}$(json "$1" "$digest")"
  fi
  shift 2
done
# A line torn by a crash must not swallow the next one.
[ ! -s "$LEDGER" ] || [ -z "$(tail -c 1 "$LEDGER")" ] || echo >>"$LEDGER"
printf '{"at":%s,%s,%s,%s,%s,%s,%s,"rehearsed":%d,"images":{%s},"digests":{%s}}\n' "$(date +%s)" "$record" "$(json run "$RUN")" \
  "$(json task "$TASK")" "$(json who "$WHO")" "$(json machine "$MACHINE")" "$(json schema "${SCHEMA-}")" "${REHEARSED:-0}" "$ids" \
  "$digests" >>"$LEDGER"
