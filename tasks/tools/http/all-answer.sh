# Ends well where all health addresses answer as they should, asked on the host. Argument: SECONDS that each may take.
# Variable: URLS, one a line: the right STATUS, the URL, and what fetch.sh is told besides, \037 between them.
set -eu
separator=$(printf '\037')
while IFS=$separator read -r status url host insecure text; do
  [ -n "$status" ] || continue
  case $status in 3*) stay=yes ;; *) stay='' ;; esac
  [ "$(URL=$url STAY=$stay sh "$SCRIPTS/tools/http/fetch.sh" "$1" "$host" "$insecure" "$text")" = "$status" ] || exit 1
done <<URLS
$URLS
URLS
