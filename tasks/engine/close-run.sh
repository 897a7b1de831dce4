# Ends a run that was proven, in its folder: what the plan does then (closing.sh), and the journal's last entry.
# Arguments: ENTRY (JSON without its opening brace), and the ADDRESSes of hosts that are in step now.
# Variables, for closing.sh: RUN, TASK, WHO, MACHINE.
. "$SCRIPTS/engine/lib.sh"
if [ -e closing.sh ]; then sh closing.sh; fi
note "$1"
shift
back_in_step ../../out-of-step "$@"
