# Prints the values of compose that git knows and that were changed on the host, from the repository's top, a line each:
# they are the host's, and no checkout changes them. Exit codes: git's own.
. "$SCRIPTS/tools/git/lib.sh"
kept
