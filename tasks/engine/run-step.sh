# Runs a try of a step, NAME.sh, in the run's folder, and writes down how it ended: NAME.log, NAME.rc, the journal.
# Arguments: NAME (03-stop.1), its TAG, LIMIT and TIDY (seconds it may take, and to tidy up once a signal ended it),
# and the fields of the journal's entries (JSON) where it BEGINs or fails, and where it ENDs well.
# Bookkeeping comes before the step: what cannot be written down is not begun.
. "$SCRIPTS/engine/lib.sh"
name=$1 tag=$2 limit=$3 tidy=$4 begin=$5 end=$6

others() { # SIGNAL: send it to all processes of the step but this one; fails where there are none
  found=1
  for pid in $(tagged "$tag"); do
    if [ "$pid" != $$ ] && kill -s "$1" "$pid" 2>/dev/null; then found=0; fi
  done
  return $found
}

set -C
echo $$ >"$name.pid"
set +C
: >"$name.log"
note "\"event\":\"begin\",$begin}"
trap : HUP INT TERM
code=0
timeout -k 10 "$limit" sh "$name.sh" >>"$name.log" 2>&1 || code=$?

# What a step leaves running would count as the step itself: it ends with it; after a signal, once it had time to
# tidy up. Who was killed outright passed no signal on.
if [ $code = 137 ] || { [ $code -le 128 ] && [ $code != 124 ]; }; then
  others TERM || tidy=0 # told nothing yet: the step ended by itself, or was killed outright
fi
wait_while $((10 * tidy)) others 0
others KILL || :
[ $code != 0 ] || begin=$end
note "\"event\":\"end\",$begin,\"code\":$code}" || :
echo $code >"$name.rc.new"
mv "$name.rc.new" "$name.rc"
