# Makes a copy of the stack beside the real one, sees whether it works, and removes it: beside.sh MOVE...
# The database is a server of its own, of the real one's image, with a backup restored; MOVEs are the downgrades that bring
# it to where the release needs it, by IMAGE. The release is started by compose, as a project of its own, in a network without a way out.
#   COMMIT     the release; CHOSEN, a compose file that names its images; STARTED, lines `SERVICE IMAGE`
#   ASKED      what is asked inside, one a line: right STATUS, `http://`, SERVICE, PORT, PATH, HOST, INSECURE, TEXT, \037 between
#   TIMEOUT    seconds that answers may take
#   CALLED     what the application calls a database that runs elsewhere
# The other variables are those of restore.sh, and of tools/alembic/lib.sh. Prints `PART NAME STATE SECONDS FOUND`
# (tab-separated) for restore, release, untouched: the last says whether the real containers are as they were and nothing is left.
. "$SCRIPTS/tools/alembic/lib.sh"
. "$SCRIPTS/tools/alembic/clone.sh"
. "$SCRIPTS/tools/alembic/copy-lib.sh"
NETWORK=$twin server=$twin-db container=$twin-alembic
texts=$(mktemp -d) tree='' given=''

tell_part() { # NAME STATE FOUND: a part, with the seconds since the last one
  read -r now _ </proc/uptime
  printf 'PART\t%s\t%s\t%s\t%s\n' "$1" "$2" "$(awk "BEGIN { print $now - $began }")" "$3"
  began=$now
}

standing() { # the real containers: which they are, and since when
  # shellcheck disable=SC2046
  docker inspect -f '{{.Id}} {{.State.Status}} {{.State.StartedAt}} {{.RestartCount}}' $(containers) | sort
}

# Who began this holds its stdin open: once nobody does (Ctrl-C, a lost connection), it ends at once and removes all.
heed_line() {
  exec 4<&0 </dev/null
  # shellcheck disable=SC2046 # ids of processes: what runs just now need not be waited for
  (trap '' HUP && cat <&4 && kill -HUP $$ $(cat "/proc/$$/task/$$/children")) >/dev/null 2>&1 &
  line=$!
}

tidy() {
  kill "$line" 2>/dev/null || :
  read -r began _ </proc/uptime
  remove_copy
  rm -rf "$given" "$texts" "$tree" "$(at_home "$WORK")"
  left=$(left_of_copy) after=$(standing)
  if [ -n "$left" ]; then
    tell_part untouched 'not proven' "left of the copy: $(in_a_line "$left")"
  elif [ "$before" != "$after" ]; then
    tell_part untouched 'not proven' 'the real containers are not those of before, or were started anew meanwhile'
  else
    tell_part untouched proven "$(printf '%s\n' "$before" | grep -c .) real containers as they were, nothing left of the copy"
  fi
}

start_copied_server() { # it has the names of the real one
  learn_server
  ! elsewhere || names=$CALLED hosts=
  set -- ${DATABASE:+--network-alias "$DATABASE"}
  for alias in $names; do set -- "$@" --network-alias "${alias#/}"; done
  docker network create --internal --label "$label.project=$twin" "$NETWORK" >/dev/null
  start_container --network "$NETWORK" "$@" -v "$place"
  make_for_restore
}

take_live_name() {
  echo 'ALTER DATABASE :"copy" RENAME TO :"live";' | admin -v copy="$COPY" -v live="$DB_NAME" >/dev/null
}

move_copy() { # MOVE...
  network=$NETWORK
  copyable || fail "no container of $ALEMBIC_SERVICE to downgrade the copy with"
  for move; do
    alembic downgrade "$move" >"$texts/said" 2>&1 || fail "the downgrade to $move failed: $(tail -n 1 "$texts/said")"
  done
  read_heads
  arrived || fail "the downgrade led to $(in_a_line "${heads:-base}"), not to $(in_a_line "${HEADS:-base}")"
}

write_stack() {
  sh "$SCRIPTS/tools/compose/reads/describe-target.sh" "$COMMIT" >"$texts/described.yml" 2>"$texts/said" \
    || fail "compose does not accept the files of the release: $(tail -n 1 "$texts/said")"
  ! grep -q '^    network_mode: "*host' "$texts/described.yml" || fail 'a service is in the network of the host: no copy of it can stand beside'
  top=$(git rev-parse --show-toplevel)
  if grep -qF "$top" "$texts/described.yml"; then
    mkdir -p "$HOME/.fab-rollback"
    tree=$(mktemp -d "$HOME/.fab-rollback/tree.XXXXXX")
    (umask 022 && sh "$SCRIPTS/tools/git/export-tree.sh" "$COMMIT" "$tree/files")
  fi
  awk -v NETWORK="$NETWORK" -v TOP="$top" -v TREE="${tree:+$tree/files}" \
    -f "$SCRIPTS/tools/compose/containers/beside.awk" "$texts/described.yml" >"$texts/stack.yml"
  printf '%s' "$CHOSEN" >"$texts/chosen.json"
}

start_stack() (
  printf '%s\n' "$STARTED" | while read -r _ image; do
    docker image inspect "$image" >/dev/null 2>&1 || fail "image $image is not there"
  done || exit
  # shellcheck disable=SC2046,SC2030 # names of services; what is set is for the copy alone
  set -- $(printf '%s\n' "$STARTED" | cut -d ' ' -f 1)
  PROJECT=$twin FOLDER=$texts ENV_FILES='' PROFILES='' COMPOSE_FILES="$texts/stack.yml
$texts/chosen.json"
  compose up -d --no-build --no-deps "$@" >"$texts/said" 2>&1 || fail "the release does not start: $(first_error <"$texts/said")"
)

addresses() { # what is asked, in the words of all-answer.sh
  separator=$(printf '\037')
  printf '%s\n' "$ASKED" | while IFS=$separator read -r status begins service port path host insecure text; do
    [ -n "$status" ] || continue
    ip=$(PROJECT=$twin && running "$service" | sed 1q | while read -r id; do
      docker inspect -f "{{(index .NetworkSettings.Networks \"$NETWORK\").IPAddress}}" "$id"
    done)
    [ -n "$ip" ] || fail "$service does not run: $(docker logs --tail 5 "$(PROJECT=$twin && containers "$service" | sed 1q)" 2>&1 | tail -n 1)"
    printf '%s\n' "$status$separator$begins$ip:$port$path$separator$host$separator$insecure$separator$text"
  done
}

wait_for_stack() {
  asked_of=$(addresses) || exit
  # shellcheck disable=SC2046
  set -- $(printf '%s\n' "$STARTED" | sed 's/ .*/=1/')
  (PROJECT=$twin URLS=$asked_of PORTS='' && export PROJECT URLS PORTS && sh "$SCRIPTS/tools/compose/containers/wait-until-ready.sh" "$@") >"$texts/said"
  if grep -q '^verdict ready' "$texts/said"; then return; fi
  fail "the release is not well: $(sed -n 's/^not-ready //p; s/^log //p' "$texts/said" | tail -n 2 | tr '\n' ' ')"
}

find_server
read -r began _ </proc/uptime
before=$(standing)
heed_line
at_exit tidy
[ $# = 0 ] || learn_service
at_exit tidy
start_copied_server
sh "$SCRIPTS/tools/postgres/restore/restore.sh"
take_live_name
tell_part restore proven "$BACKUP, compared with the file"
[ $# = 0 ] || move_copy "$@"
write_stack
start_stack
wait_for_stack
tell_part release proven "$(printf '%s\n' "$ASKED" | grep -c .) health addresses answered inside; running: $(in_a_line "$(printf '%s\n' "$STARTED" | cut -d ' ' -f 1)")"
