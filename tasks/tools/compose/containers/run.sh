# Runs compose in the checkout with the deployment's files. Arguments: WORD... Exit codes: compose's own.
. "$SCRIPTS/tools/compose/lib.sh"
compose "$@"
