# Prints, as JSON lines, the server, the live database and its copies, whose names begin with STEM, and then the room on
# their disks: server.sh STEM
. "$SCRIPTS/tools/postgres/lib.sh"
seen=$(cat "$SCRIPTS/tools/postgres/reads/room.sql" "$SCRIPTS/tools/postgres/reads/server.sql" | ask admin -v stem="$1")
room=$(room) || fail "the free space on the disk of $DB_CONTAINER cannot be read"
printf '%s\nROOM %s\n' "$seen" "$room"
