# Ends a run that was proven, in its folder: what the plan does then (closing.sh), and the journal's last entry.
# Argument: ENTRY (JSON without its opening brace). Variables, for closing.sh: RUN, TASK, WHO, MACHINE.
. "$SCRIPTS/engine/lib.sh"
if [ -e closing.sh ]; then sh closing.sh; fi
note "$1"
