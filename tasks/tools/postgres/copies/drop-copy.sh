# Drops COPY, a copy of the live database that nobody needs any more, and proves that it is gone: drop-copy.sh COPY
# Ends 2 while somebody is connected to it: then it is in use, whatever its name says.
. "$SCRIPTS/tools/postgres/lib.sh"
copy=$1
see "$copy"
if [ "$(seen_of copy)" = 1 ]; then
  [ "$(seen_of sessions)" = 0 ] || refuse "somebody is connected to $copy: it was not dropped"
  echo 'DROP DATABASE IF EXISTS :"copy";' | change "$copy could not be dropped" admin -v copy="$copy"
  see "$copy"
  [ "$(seen_of copy)" = 0 ] || fail "$copy is still there"
fi
echo "$copy is gone"
