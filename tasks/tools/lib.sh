# Functions of every script that runs on the host. A script sources it: . "$SCRIPTS/tools/lib.sh"
# It ends 0 (done and proven), 1 (failed) or 2 (refused: nothing was changed), the reason as one line on stderr.
set -eu

fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

refuse() {
  printf '%s\n' "$*" >&2
  exit 2
}

# Docker as the login may use it: $DOCKER_SUDO is there where that is by sudo only.
# shellcheck disable=SC2032,SC2033 # not the function, but docker itself is what sudo runs
docker() {
  if [ -n "${DOCKER_SUDO:-}" ]; then sudo -n ${secret:+--preserve-env=PGPASSWORD} docker "$@"; else command docker "$@"; fi
}

# Prints for lines `SERVICE IMAGE` lines `SERVICE ID`, in their order; the id is empty where there is no such image.
image_ids() { # LINES
  [ -n "$1" ] || return 0
  # shellcheck disable=SC2046 # names of images hold no space
  ids=$(set -f && docker image inspect -f '{{.Id}}' $(printf '%s\n' "$1" | cut -d ' ' -f 2) 2>/dev/null) \
    || ids=$(printf '%s\n' "$1" | while read -r _ image; do
      printf '%s\n' "$(docker image inspect -f '{{.Id}}' "$image" 2>/dev/null)"
    done)
  while read -r service _; do
    read -r id <&3 || id=
    printf '%s %s\n' "$service" "$id"
  done <<LINES 3<<IDS
$1
LINES
$ids
IDS
}

# Prints those of lines `SERVICE IMAGE` whose image is not there.
lacking() { # LINES
  there=$(image_ids "$1" | sed -n 's/ ..*//p')
  printf '%s\n' "$1" | there=$there awk '
    BEGIN { split(ENVIRON["there"], service, " "); for (i in service) is_there[service[i]] }
    NF && !($1 in is_there)'
}

# Runs COMMAND once at the end of the script, also when a signal ends it. It knows the exit code as $code, which it
# may set. The shell does not let a signal cut it short; commands that listen to signals on their own, as docker
# does, may still be ended. A second call takes the place of the first.
at_exit() { # COMMAND
  at_end=$1 code=0
  # Deaf before anything else: the second signal often follows the first at once.
  trap 'code=$?; trap "" HUP INT PIPE TERM; eval "$at_end"; exit "$code"' EXIT
  trap 'trap "" HUP INT PIPE TERM; exit 129' HUP
  trap 'trap "" HUP INT PIPE TERM; exit 130' INT
  trap 'trap "" HUP INT PIPE TERM; exit 141' PIPE
  trap 'trap "" HUP INT PIPE TERM; exit 143' TERM
}

# Prints the first line of stdin that tells an error, else its first line.
first_error() {
  awk '/level=warning/ { next } first == "" { first = $0 } /ERROR:|FATAL:|error:|Error response/ { print; first = ""; exit }
    END { if (first != "") print first }'
}

# Prints the whole path of what lies at PATH, which may be relative to the login's home.
at_home() { # PATH
  case $1 in
    /*) printf '%s\n' "$1" ;;
    '~') printf '%s\n' "$HOME" ;;
    *) printf '%s\n' "$HOME/${1#"~/"}" ;;
  esac
}
