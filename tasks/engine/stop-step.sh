# Ends every process of a try of a step, in the run's folder, and what it runs in containers; its end is written down.
# Arguments: NAME, its TAG, PATIENCE (seconds for the step's own stop script) and TIDY (seconds to tidy up).
# It fails where something may still run: a process that stays, or containers of which the engine says nothing.
. "$SCRIPTS/engine/lib.sh"
name=$1 tag=$2 patience=$3 tidy=$4
lead=$(cat "$name.pid" 2>/dev/null) || :

end() { # SIGNAL: to all but the one that writes down how it ended
  for pid in $(tagged "$tag" | grep -vx "$lead"); do
    kill -s "$1" "$pid" 2>/dev/null || :
  done
}

goes_on() { # whether its end is still to be written down, by the one that does
  [ ! -f "$name.rc" ] && kill -s 0 "$lead" 2>/dev/null
}

end TERM
stopped=0
stop=${name%.*}.stop.sh
if [ -e "$stop" ]; then timeout -k 1 "$patience" sh "$stop" "${tag#*=}" >/dev/null 2>&1 || stopped=$?; fi
wait_while $((10 * (tidy + 2))) goes_on
if [ ! -f "$name.rc" ]; then
  end KILL
  wait_while 50 goes_on
fi
wait_while 10 alive "$tag"
[ "$stopped" != 124 ] && ! alive "$tag"
