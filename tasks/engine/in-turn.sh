# Runs two scripts of the run's folder one after the other, and fails as the one that fails. Arguments: FIRST SECOND.
set -eu
sh "$1"
exec sh "$2"
