# Tries a change of the schema on a clone of the database: rehearse.sh DIRECTION MOVE...
# A downgrade is taken back and made again: only then can it be taken back. What the schema is in between is compared.
# The clone has a server of its own, made anew from the real one's image. It answers to the names of the real one, and of a
# pooler, in a network without a way out: nothing that runs there can reach the real database, which is only read.
#   UP           where a downgrade came from, as alembic is told, one a line
#   FULL         1: with all data; empty: the schema, and the rows of alembic's table
#   WAYS_OUT     what can be done where it does not work
#   KNOWN        a file with the schema as it was at a release that needs the goal; it may be missing
#   TREE         the commit whose files alembic finds where the service has those of the checkout; empty: it has these
#   SNAPSHOT     the copy of the database that the values of an upgrade are compared with; empty: nothing is compared
#   ASIDE        1: under a name of its own, beside a run
#   AHEAD        1: the clone is brought up to UP first, by IMAGE: a downgrade from where the database is not yet
#   FINDINGS     the file that keeps what was found, a line each; begins with a word that says of what it is: `at` is when,
#                `rests` on what, which is empty of an upgrade
#   KEPT         1: where what FINDINGS rests on is as it was, nothing is tried
#   TRIAL_IMAGE  what is tried before and after; empty: nothing. The other variables are those of trial.sh.
# It leaves a file no-way-up in the run's folder where a downgrade could not be taken back by upgrading.
# Exit code 2: the change, or the image on the changed schema, cannot work.
. "$SCRIPTS/tools/alembic/lib.sh"
. "$SCRIPTS/tools/alembic/clone.sh"
. "$SCRIPTS/tools/alembic/basis.sh"
. "$SCRIPTS/tools/postgres/values/compare.sh"
export NETWORK="$CONTAINERS-rehearsal${ASIDE:+-$$}"
server=$NETWORK container=$NETWORK-alembic
direction=$1
shift
texts=$(mktemp -d) tree='' begun=''
: >"$texts/basis"

clear_all() {
  docker rm -fv "$server" "$container" "$NETWORK-app" >/dev/null 2>&1 || :
  docker network rm "$NETWORK" >/dev/null 2>&1 || :
}

tidy() {
  [ -z "$begun" ] || clear_all
  rm -rf "$given" "$texts" "$tree"
}

# Puts the files of TREE in place of the checkout's, where the service has those mounted. Nothing is written into them: they
# may be links to the checkout's own.
lay_tree() {
  top=$(git rev-parse --show-toplevel)
  docker inspect -f '{{range .Mounts}}{{if eq .Type "bind"}}{{println .Source}}{{println .Destination}}{{end}}{{end}}' "$app" \
    | while IFS= read -r source && IFS= read -r destination; do
      case $source in "$top" | "$top"/*) printf '%s:%s:ro\n' "/files${source#"$top"}" "$destination" ;; esac
    done >"$texts/mounts"
  [ -s "$texts/mounts" ] || return 0
  mkdir -p "$HOME/.fab-rollback"
  tree=$(mktemp -d "$HOME/.fab-rollback/tree.XXXXXX")
  (umask 022 && sh "$SCRIPTS/tools/git/export-tree.sh" "$TREE" "$tree/files")
  mounts=$(sed "s|^|$tree|" "$texts/mounts")
}

# The error in what a migration printed, in one line.
error_in() { # FILE
  { grep -E '(Error|Exception|errors\.[A-Za-z]+)[:)]' "$1" | tail -n 1 | cut -c1-300 | grep . || tail -n 1 "$1"; } | sed "
    s/[.]\$//
    s/.*No 'script_location' key.*/&: database.alembic.command says where its alembic.ini is (alembic -c FILE)/"
}

# Tells of a move that failed what it was, in $failed, and in $why the error.
move() { # DIRECTION MOVE...
  to=$1 why=
  shift
  for move; do
    if [ -n "$OVERRIDE" ] && [ "$to $move" = "downgrade $OVERRIDE_TO" ]; then
      failed="the SQL in place of $OVERRIDE's downgrade failed in the rehearsal"
      override >"$texts/said" 2>&1 && continue
    else
      failed="the rehearsal of $to $move failed"
      alembic "$to" "$move" >"$texts/said" 2>&1 && continue
      [ $? != 125 ] || fail "no container for the rehearsal could be made: $(tail -n 1 "$texts/said")"
    fi
    cat "$texts/said"
    why=$(error_in "$texts/said")
    return 1
  done
}

note_finding() { # WORD TEXT: tell it, and keep it
  echo "$2"
  printf '%s %s\n' "$1" "$2" >>"$texts/findings"
}

schema_text() { sh "$SCRIPTS/tools/postgres/scratch/schema-text.sh" "$texts/$1"; } # NAME

# Prints what is in one text and not in the other: kinds and names, five at most.
more() { # FILE THAN
  comm -23 "$1" "$2" | sed 's/|.*//' | sort -u | awk '
    NR <= 5 { names = names (NR > 1 ? ", " : "") $0 } END { if (NR > 5) names = names " and " NR - 5 " more"; print names }'
}

compare_with_known() {
  [ -f "$KNOWN" ] && [ "$(head -n 1 "$KNOWN")" = "$(head -n 1 "$texts/below")" ] || return 0
  left=$(more "$texts/below" "$KNOWN") lacks=$(more "$KNOWN" "$texts/below")
  [ -z "$left" ] || note_finding left "the downgrade leaves behind what the release it leads to did not have: $left"
  [ -z "$lacks" ] || note_finding lacks "the downgrade does not bring back what the release it leads to had: $lacks"
}

up_again() {
  rm -f "$run/no-way-up"
  # shellcheck disable=SC2086 # names of revisions, one word each
  move upgrade $UP || {
    note_finding undo "undo could not upgrade again, only bring the snapshot back: $why"
    : >"$run/no-way-up"
    return 1
  }
  schema_text again
  changed=$(more "$texts/before" "$texts/again") new=$(more "$texts/again" "$texts/before")
  [ -z "$changed$new" ] || note_finding undo "undo would not bring back the schema as it is, by upgrading: ${changed:-$new}"
}

present_trial() {
  echo "CREATE DATABASE fab_rollback_present TEMPLATE :\"live\"" | scratch
  if said=$(TRIAL_ON='present schema' sh "$SCRIPTS/tools/alembic/trial.sh" 2>&1); then
    case $said in *' answers '*) note_finding present "$said$TRIAL_HINT" ;; *) echo "$said" ;; esac
  else
    printf '%s\n' "$said" | tail -n 1
  fi
  docker rm -fv "$NETWORK-app" >/dev/null 2>&1 || :
  printf '%s\n' 'DROP DATABASE :"live" WITH (FORCE);' 'ALTER DATABASE fab_rollback_present RENAME TO :"live"' | scratch
}

# In place of the database's schema, that of the clone which is ahead of it.
note_schema_ahead() {
  if (parts=$texts && of_schema) >"$texts/ahead" && [ -z "$mounts" ]; then
    sed -i "s/^schema .*/schema $(checksum <"$texts/ahead")/" "$texts/basis"
  else
    : >"$texts/basis"
  fi
}

bring_ahead() {
  schema_text present
  KNOWN=$texts/present
  # shellcheck disable=SC2086 # names of revisions, one word each
  move upgrade $UP || refuse "$failed${why:+: $why}"
  note_schema_ahead
}

scratch() { docker exec -i "$server" psql -XAtq -v ON_ERROR_STOP=1 -U "$owner" -d template1 -v live="$DB_NAME"; }

look
find_server
learn_service
copyable || refuse 'no container of the service to rehearse with; --no-rehearse leaves it out'
if [ -n "$KEPT" ] && still_holds; then
  echo 'nothing that the kept rehearsal depends on has changed'
  exit 0
fi
rm -f "$FINDINGS" # of a rehearsal that fails nothing is left
[ -z "$TREE" ] || lay_tree
begun=1
clear_all
# Told before the clone is made: what changes in between is another basis then.
[ -z "$RESTS_ON" ] || [ -s "$texts/basis" ] || note_basis &
start_server
wait
[ -z "$AHEAD" ] || take_given
clone
keep_present
network=$NETWORK
export DB_CONTAINER="$server" PGHOST='' PGPORT=''
: >"$texts/findings"
if [ "$direction" = downgrade ]; then
  [ -z "$AHEAD" ] || bring_ahead
  [ -z "$TRIAL_IMAGE" ] || present_trial
  schema_text before
fi
unfit=refuse
[ -z "$mounts" ] || unfit=fail # it may be no more than that it cannot write there
move "$direction" "$@" || "$unfit" "$failed${why:+: $why}. $WAYS_OUT"
read_heads
arrived || refuse "the rehearsal led to $(in_a_line "${heads:-base}"), not to $(in_a_line "${HEADS:-base}")"
echo "the $direction works on a clone"
[ -z "$SNAPSHOT" ] || compare
if [ "$direction" = downgrade ]; then
  schema_text below
  compare_with_known
  if up_again; then move downgrade "$@" || note_finding again 'the downgrade works once, not again after it was taken back'; fi
fi
[ -z "$TRIAL_IMAGE" ] || [ -n "$AHEAD" ] || TRIAL_ON='downgraded schema' sh "$SCRIPTS/tools/alembic/trial.sh"
keep_findings
