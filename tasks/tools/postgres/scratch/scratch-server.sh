# Makes an empty server in FOLDER, with the settings that stdin holds up to a line with a dot, and feeds the rest of stdin
# to psql there: scratch-server.sh FOLDER SUPERUSER
# Runs inside a container, as the owner of FOLDER. Whoever reaches the server is trusted.
set -eu
PATH=$PATH:$(printf '%s:' /usr/lib/postgresql/*/bin) # where Debian has them
failed() {
  tail -n 5 "$1/log"
  echo 'the server did not start'
  exit 1
}

initdb -D "$1/data" -U "$2" -A trust -E UTF8 --locale=C -N >"$1/log" 2>&1 || failed "$1"
echo 'host all all all trust' >>"$1/data/pg_hba.conf"
while IFS= read -r line && [ "$line" != . ]; do printf '%s\n' "$line"; done >>"$1/data/postgresql.conf"
pg_ctl -D "$1/data" -l "$1/log" -w start >/dev/null 2>&1 || failed "$1"
exec psql -XAtq -U "$2" -d template1
