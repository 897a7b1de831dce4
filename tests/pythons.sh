#!/bin/sh
# Runs the unit tests on each Python named that can be had: pythons.sh 3.10 3.11 ...
# Exit code: 0 where all that were found pass, 1 where one fails or none is found.
set -eu

find_python() {
  for python in "$(command -v "python$1" || :)" "$HOME/.pyenv/versions/$1".*/bin/python; do
    if "$python" -c "import sys; sys.exit('%d.%d' % sys.version_info[:2] != '$1')" 2>/dev/null; then
      echo "$python"
      return
    fi
  done
  uv python find "$1" 2>/dev/null
}

run_tests() {
  "$1" -m venv ".pythons/$2"
  ".pythons/$2/bin/python" -m pip install -q --disable-pip-version-check -r requirements.txt
  ".pythons/$2/bin/python" -m pytest tests/unit -q -n 2 -p no:cacheprovider
}

passed="" failed="" missing=""
for version in "$@"; do
  echo "== Python $version"
  if ! python=$(find_python "$version"); then
    missing="$missing $version"
  elif run_tests "$python" "$version"; then
    passed="$passed $version"
  else
    failed="$failed $version"
  fi
done
echo "passed:${passed:- none}; failed:${failed:- none}; not found here:${missing:- none}"
[ -n "$passed" ] && [ -z "$failed" ]
