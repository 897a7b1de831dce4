# Brings a backup that lies elsewhere to the host: fetch-backup.sh NAME PATH
# FETCH is the command that prints the backup that it is given as $1. What is at PATH already is kept where it is of SIZE
# and MODIFIED (epoch seconds), which may be empty: not known. PATH may be relative to the login's home. It has its name
# only once it is there whole; REPORTS is the folder that keeps that it was fetched, for list-backups.sh.
. "$SCRIPTS/tools/lib.sh"
umask 077
name=$1 path=$(at_home "$2")
case $name in -* | *[[:cntrl:]]*) refuse 'its name is none that a command can be given' ;; esac
case /$name/ in */../* | */./ | *//) refuse 'its name leads out of its folder' ;; esac
if [ -n "$SIZE$MODIFIED" ] && [ -f "$path" ] && [ "$(stat -c '%s %Y' "$path")" = "$SIZE $MODIFIED" ]; then exit 0; fi
mkdir -p "$(dirname "$path")"
free=$(df -Pk "$(dirname "$path")" | awk 'NR == 2 { printf "%.0f", $4 * 1024 }')
[ "${SIZE:-0}" -lt "$free" ] || refuse "not enough disk on the host: $SIZE bytes are needed, $free are free"
said=$(sh -c "$FETCH" fetch "$name" 2>&1 >"$path.part" </dev/null) || fail "$(printf '%s\n' "$said" | first_error)"
[ -s "$path.part" ] || fail 'the command printed nothing'
[ -z "$SIZE" ] || [ "$(($(wc -c <"$path.part")))" = "$SIZE" ] || fail "it is not as long as it was listed ($SIZE bytes)"
[ -z "$MODIFIED" ] || touch -d "@$MODIFIED" "$path.part"
mv "$path.part" "$path"
known=$(at_home "$REPORTS")/$(basename "$path").$(stat -c %s.%Y "$path")
mkdir -p "$(dirname "$known")"
realpath "$path" >"$known.fetched"
