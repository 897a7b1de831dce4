# Prints those of NAMES that compose finds no value for, where it looks for the values of the deployment's files: a
# default takes their place. One that is empty counts as none. Arguments: NAME... Exit codes: compose's own.
. "$SCRIPTS/tools/compose/lib.sh"
COMPOSE_FILES=-
asked=$(for name; do printf '      %s: "${%s:-untold}"\n' "$name" "$name"; done)
found=$(printf 'services:\n  asked:\n    image: asked\n    labels:\n%s\n' "$asked" | compose config 2>/dev/null) || exit
printf '%s\n' "$found" | sed -n 's/^ *\([A-Za-z_][A-Za-z_0-9]*\): untold$/\1/p'
