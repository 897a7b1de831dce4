# Makes the containers of services anew, with environment and settings as they are now; their logs are kept first.
# Arguments: [SERVICE...]; without one all of them, and what they depend on. Variables and exit codes: those of up.sh.
. "$SCRIPTS/tools/compose/lib.sh"
keep_logs "$@"
cd "$run"
[ $# = 0 ] || set -- --no-deps "$@"
sh "$SCRIPTS/tools/compose/up.sh" --force-recreate "$@"
