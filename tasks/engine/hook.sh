# Runs a command of the operator's, as hosts.yaml has it, in the login's home. Argument: COMMAND.
set -eu
cd "$HOME"
sh -c "$1"
