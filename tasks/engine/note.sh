# Adds an entry to the journal, in the run's folder. Arguments: ENTRY (JSON without its opening brace), and `working`
# where it says who works on the run from then on.
. "$SCRIPTS/engine/lib.sh"
if [ "${2-}" = working ]; then work_on "$1"; else note "$1"; fi
