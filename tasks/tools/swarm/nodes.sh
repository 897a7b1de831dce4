# Functions that reach docker on another node of the swarm: over SSH, to the node's hostname, as the login here gets there. A
# script sources it after tools/lib.sh.

# Docker of a node. What SSH would have to ask for is an error, and a node that is silent for half a minute is lost.
on_node() ( # NODE WORD...
  node=$1 folder=$(impatient_ssh)
  shift
  export PATH="${folder:+$folder:}$PATH" SSH_ASKPASS_REQUIRE=never
  docker -H "ssh://$node" "$@"
)

impatient_ssh() ( # prints the folder of an ssh that is not patient: docker takes no options for it. None where nothing may be run
  folder=$SCRIPTS/nodes
  if [ ! -x "$folder/ssh" ] && ssh=$(command -v ssh); then
    mkdir -p "$folder"
    printf '#!/bin/sh\nexec %s -o BatchMode=yes -o ConnectTimeout=10 -o ServerAliveInterval=10 -o ServerAliveCountMax=3 "$@"\n' \
      "$ssh" >"$folder/ssh.$$"
    chmod +x "$folder/ssh.$$" && mv "$folder/ssh.$$" "$folder/ssh"
  fi
  [ ! -x "$folder/ssh" ] || echo "$folder"
)

not_reached() { # NODE SAID: of a node where docker said that
  why=$(printf '%s\n' "$2" | tr -d '\r' | sed 's/.*stderr=//; s/^error during connect: [^ ]* [^ ]* //' | grep . | tail -n 1)
  echo "cannot be reached from the manager (${why%.}); what has to work there: docker -H ssh://$1 version"
}
