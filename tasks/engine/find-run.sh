# Prints the run that is meant; nothing where there is none, or several. Argument: its identifier, how that begins, or
# `last`, the run that was worked on last. Works in the state folder.
set -eu
if [ "$1" = last ]; then
  # shellcheck disable=SC2012 # names of runs are ours
  cat last 2>/dev/null || ls -1t runs 2>/dev/null | head -n 1
elif [ -d "runs/$1" ]; then
  printf '%s\n' "$1"
else
  found=
  for run in runs/"$1"*; do
    [ -z "$found" ] || exit 0
    found=${run#runs/}
  done
  printf '%s\n' "$found"
fi
