# Prints `alive` or `gone`, whether a run's prober still asks, and below it what it noted; works in the run's folder.
# Argument: TENTHS of a second that it may take until it has noted that the application answers.
. "$SCRIPTS/engine/lib.sh"
tag="FAB_ROLLBACK_PROBER=${PWD##*/};"
[ -e answers ] || exit 0
down() { # whether the prober goes on, and has not noted an answer
  ! tail -n 1 answers | grep -q ' up$' && alive "$tag"
}
wait_while "$1" down
if alive "$tag"; then echo alive; else echo gone; fi
cat answers
