# Replaces the tasks of services by new ones like them, the database's first, each as its update_config says, and watches
# until these run. Arguments: SERVICE... Exit codes: 0 none of the old ones is left, 1 failed.
. "$SCRIPTS/tools/swarm/deploying.sh"

replace() { # SERVICE...
  [ $# -gt 0 ] || return 0
  note_updates
  began=$(date +%s)
  for one; do docker service update --detach --quiet --force "${STACK}_$one" >/dev/null; done
  watched "$@"
}

ids() { for one; do docker service ps --quiet --no-trunc --filter desired-state=running "${STACK}_$one"; done; } # SERVICE...

before=$(ids "$@")
# shellcheck disable=SC2046 # names of services, one word each
replace $(database_of "$@")
# shellcheck disable=SC2046
replace $(applications "$@")
after=$(ids "$@")
left=$(printf '%s\n' "$before" | grep -xF -e "$after" || :)
[ -z "$left" ] || fail "not restarted: $(echo "$left" | paste -sd ' ')"
