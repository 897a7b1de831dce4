# Runs two scripts of the run's folder at once and fails as the one that fails. Arguments: FIRST SECOND.
# The output of FIRST is shown as it comes, that of SECOND afterwards; the log ends with the reason of a failure.
set -eu
sh "$2" >"$2.log" 2>&1 &
other=$!
code=0
sh "$1" || code=$?
if [ $code != 0 ]; then
  kill $other 2>/dev/null || :
  wait $other 2>/dev/null || : # dash says "Terminated", which would be taken for the reason
  exit $code
fi
if kill -0 $other 2>/dev/null; then
  name=${2##*/}
  echo "the rest is done; waiting for: ${name%.sh}" >&2
fi
wait $other || code=$?
cat "$2.log"
exit $code
