# Writes stdin to the end of what is there of the upload NAME in FOLDER, or anew: upload_receive.sh FOLDER NAME [anew]
set -eu
. "$SCRIPTS/tools/lib.sh"
umask 077
folder=$(at_home "$1")
mkdir -p "$folder"
[ "${3-}" != anew ] || : >"$folder/$2.part"
cat >>"$folder/$2.part"
