# Begins a try of a step in the run's folder, unless it was begun before, and watches it to its end: prints its log,
# and then `NONCE ended CODE`, `NONCE cut` (it has no exit code) or `NONCE fenced` (not begun: TOKEN has lost the lock).
# A try that was begun is never begun again, whatever became of it.
# Arguments: NONCE, SEEN (lines of the log that are left out), TOKEN, and those of run-step.sh.
. "$SCRIPTS/engine/lib.sh"
nonce=$1 seen=$2 token=$3
shift 3
name=$1 tag=$2

begin() { # what run-step.sh takes
  cp "${name%.*}.sh" "$name.sh.$$"
  mv "$name.sh.$$" "$name.sh"
  env "$tag" setsid sh "$SCRIPTS/engine/run-step.sh" "$@" >/dev/null 2>"$name.err" </dev/null &
  waited=0 # hundredths of a second
  until [ -s "$name.pid" ] && [ -e "$name.log" ]; do
    waited=$((waited + 1))
    [ $waited -lt 500 ] || break
    sleep 0.01
    if [ $waited -ge 20 ] && ! kill -s 0 $! 2>/dev/null && ! alive "$tag"; then break; fi
  done
  cat "$name.err" >&2 || :
}

if [ ! -e "$name.pid" ]; then
  if [ "$(cat ../../lock/token 2>/dev/null)" != "$token" ]; then
    printf '\n%s fenced\n' "$nonce"
    exit
  fi
  begin "$@"
fi
lead=$(cat "$name.pid" 2>/dev/null) || :
if [ -n "$lead" ] && alive "$tag"; then
  tail -q -n "+$((seen + 1))" -s 0.02 --pid="$lead" -f "$name.log" || :
else
  tail -q -n "+$((seen + 1))" "$name.log" 2>/dev/null || :
fi
until [ -f "$name.rc" ]; do
  alive "$tag" || break
  sleep 0.02
done
if [ -f "$name.rc" ]; then
  printf '\n%s ended %s\n' "$nonce" "$(cat "$name.rc")"
else
  printf '\n%s cut\n' "$nonce"
fi
