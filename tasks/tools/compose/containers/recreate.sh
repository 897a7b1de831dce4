# Makes the containers of services anew, with environment and settings as they are now; their logs are kept first.
# Arguments, variables and exit codes: those of up.sh.
. "$SCRIPTS/tools/compose/containers/lib.sh"
look
keep_logs
cd "$run"
sh "$SCRIPTS/tools/compose/containers/up.sh" "$@"
