# Prints the HTTP status of an address, asked on the host; 000 where nothing answers.
# Arguments: URL SECONDS [HOST], what it is asked for as, with no proxy between. Exit code 1: there is nothing on the host to ask with.
set -eu
if command -v curl >/dev/null 2>&1; then
  curl -s -o /dev/null -m "$2" ${3:+--noproxy '*' -H "Host: $3"} -w '%{http_code}\n' -- "$1" || :
elif command -v wget >/dev/null 2>&1; then
  wget -q -S -T "$2" -t 1 ${3:+--no-proxy --header "Host: $3"} -O /dev/null -- "$1" 2>&1 \
    | awk '/^  *HTTP/ { code = $2 } END { print code ? code : "000" }'
else
  echo 'neither curl nor wget' >&2
  exit 1
fi
