# Brings the images of a commit that no registry has to all nodes on which tasks may be started: side by side, over SSH, only
# where they are missing. prepare.sh has written down which these are. Proves by their ids that each node has them.
# Exit codes: 0 every node has them, 1 one cannot be reached, has no room, or did not get them; nothing was stopped.
. "$SCRIPTS/tools/compose/lib.sh"
. "$SCRIPTS/tools/swarm/carrying.sh"
images=$(sed -n '/ sha256:/p' "$run/pinned" 2>/dev/null | sort -u)
[ -n "$images" ] || exit 0
nodes=$(other_nodes)
laid_aside=$(mktemp -d) ssh=$(impatient_ssh)
at_exit 'rm -rf "$laid_aside"'

images_on() { # NODE: lines `ID NAME`
  on_node "$1" image ls --all --no-trunc --format '{{.ID}} {{.Repository}}:{{.Tag}}' 2>"$laid_aside/$1.said" </dev/null \
    || fail "$1 $(not_reached "$1" "$(cat "$laid_aside/$1.said")")"
}

lacking_on() { # NODE: lines `NAME ID` of those images that it lacks; what it has by another name gets this one as well
  there=$(images_on "$1") || return
  printf '%s\n' "$images" | while read -r name id; do
    if ! printf '%s\n' "$there" | grep -q "^$id "; then
      echo "$name $id"
    elif ! printf '%s\n' "$there" | grep -qxF "$id $name"; then
      on_node "$1" tag "$id" "$name" </dev/null
    fi
  done
}

have_room() { # NODE LINES: fails, saying so, where the images do not fit: while they arrive they are there twice
  # shellcheck disable=SC2046 # ids, one word each
  need=$(docker image inspect -f '{{.Size}}' $(printf '%s\n' "$2" | cut -d ' ' -f 2 | sort -u) | awk '{ sum += $1 } END { printf "%d", 2 * sum / 1048576 + 1 }')
  root=$(on_node "$1" info -f '{{.DockerRootDir}}' </dev/null) || return
  free=$("${ssh:+$ssh/}ssh" "$1" "df -Pm '$root'" </dev/null 2>/dev/null | awk 'NR == 2 { print $4 }')
  [ "${free:-$need}" -ge "$need" ] || fail "$1 has $free MB free in $root, and needs $need MB for $(named "$2")"
}

named() { printf '%s\n' "$1" | cut -d ' ' -f 1 | paste -sd ' ' -; } # LINES

carry() { # NODE: what it lacks, until it has it
  lacks=$(cat "$laid_aside/$1")
  [ -n "$lacks" ] || return 0
  echo "to $1: $(named "$lacks")"
  # shellcheck disable=SC2046 # names of images hold no space
  said=$({ docker save $(named "$lacks") | on_node "$1" load --quiet; } 2>&1) || :
  left=$(lacking_on "$1") || return
  [ -z "$left" ] || fail "$1 did not get $(named "$left") with the same id: $(printf '%s\n' "$said" | tail -n 1)"
}

each_node() { # COMMAND: for all nodes side by side; fails once all have ended, with the reasons of those where it did
  of=
  for node in $nodes; do
    ($1 "$node" 2>"$laid_aside/$node.failed") &
    of="$of $!"
  done
  failed=
  for one in $of; do wait "$one" || failed=yes; done
  [ -z "$failed" ] || fail "$(cat "$laid_aside"/*.failed | awk 'NR > 1 { printf "; " } { printf "%s", $0 }')"
}

looked() { # NODE
  lacks=$(lacking_on "$1") || return
  [ -z "$lacks" ] || have_room "$1" "$lacks"
  printf '%s\n' "$lacks" >"$laid_aside/$1"
}

each_node looked
each_node carry
