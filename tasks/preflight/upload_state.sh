# Prints what lies in FOLDER of the upload NAME: upload_state.sh FOLDER NAME
# `final DIGEST` where it is there whole (of a folder: the sha256 of its files' sums), `part BYTES SHA256` where a
# part of a file is.
set -eu
. "$SCRIPTS/tools/lib.sh"
export LC_ALL=C
cd "$(at_home "$1")" 2>/dev/null || exit 0
if [ -d "./$2" ]; then
  echo "final $(cd "./$2" && sha256sum -- * | sha256sum | cut -c1-64)"
elif [ -e "./$2" ]; then
  echo "final $(sha256sum <"./$2" | cut -c1-64)"
fi
[ ! -f "./$2.part" ] || echo "part $(($(wc -c <"./$2.part"))) $(sha256sum <"./$2.part" | cut -c1-64)"
