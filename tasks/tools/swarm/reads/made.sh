# Says that what runs is not compared with the stack's files. Exit code: 1.
. "$SCRIPTS/tools/lib.sh"
fail 'that is not looked at in a swarm yet'
