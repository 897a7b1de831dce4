# Gives the upload NAME in FOLDER its name, if it is what was sent: upload_finish.sh FOLDER NAME DIGEST MODIFIED CHECKSUM
# DIGEST is that of upload_state.sh, MODIFIED in epoch seconds. With CHECKSUM (not empty), NAME.sha256 is written too.
set -eu
. "$SCRIPTS/tools/lib.sh"
umask 077
export LC_ALL=C
cd "$(at_home "$1")"
part=./$2.part
if [ -d "$part" ]; then
  sums=$(cd "$part" && sha256sum -- *)
  digest=$(printf '%s\n' "$sums" | sha256sum | cut -c1-64)
else
  digest=$(sha256sum <"$part" | cut -c1-64)
  sums="$digest  $2"
  chmod 600 "$part"
fi
[ "$digest" = "$3" ] || fail 'it did not arrive as it was sent'
[ -z "$5" ] || printf '%s\n' "$sums" >"./$2.sha256"
touch -d "@$4" "$part"
mv -T "$part" "./$2"
