# Prints the settings and the roles of a server, each before a line of the character 036; a script that is joined to it goes
# on with the arguments that are left. It runs where PostgreSQL's programs are.
# Arguments: SQL, scratch-settings.sql; the maintenance database, as -d takes it, and as it is called; DATABASE and TABLE;
# OPTION..., the login of all programs.
set -eu
settings=$1 maintenance=$2 called=$3
shift 3
(shift 2 && printf '%s\n' "$settings" | psql -X -q -v ON_ERROR_STOP=1 -At -d "$maintenance" "$@")
printf '\036\n'
(shift 2 && pg_dumpall "$@" -l "$called" --roles-only --no-role-passwords 2>/dev/null </dev/null) || :
printf '\036\n'
