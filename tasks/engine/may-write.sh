# Fails, and says whose the state folder is and what to do, where the login may not write it.
# Variable: STATE, the state folder.
. "$SCRIPTS/engine/lib.sh"
may -w
