# Drops COPY, a copy of the live database that nobody needs any more, and proves that it is gone: drop_copy.sh COPY
# Ends 2 while somebody is connected to it: then it is in use, whatever its name says.
set -eu
. "$SCRIPTS/tools/postgres/lib.sh"
copy=$1
seen_now() { ask admin -v copy="$copy" <"$SCRIPTS/tools/postgres/drop_copy.sql"; }

seen=$(seen_now)
if [ "$(seen_of there)" = 0 ]; then
  echo "$copy is gone"
  exit 0
fi
[ "$(seen_of sessions)" = 0 ] || refuse "somebody is connected to $copy: it was not dropped"
echo 'DROP DATABASE IF EXISTS :"copy";' | change "$copy could not be dropped" admin -v copy="$copy"
seen=$(seen_now)
[ "$(seen_of there)" = 0 ] || fail "$copy is still there"
echo "$copy is gone"
