# Prints the HTTP status of an address, asked on the host; 000 where nothing answers. It is redirected only to the same with
# a slash at its end. ` lacks` follows where the answer does not contain TEXT; then the first BYTES of its body. Whatever
# the host has is asked with: curl, wget or python3.
# Arguments: SECONDS [HOST [INSECURE [TEXT [BYTES]]]]: HOST is what it is asked for as, with no proxy between; with
# INSECURE, not empty, any certificate will do. Variables: URL; a login may stand in it, so that no command line has it.
# STAY, not empty: the redirection itself is what is wanted.
# Exit code 1: there is nothing on the host to ask with.
set -eu
seconds=$1 host=${2-} insecure=${3-} text=${4-} bytes=${5-0}
answer=/dev/null
if [ -n "$text" ] || [ "$bytes" -gt 0 ]; then
  answer=$(mktemp)
  trap 'rm -f "$answer"' EXIT
fi

by_curl() {
  printf 'url = "%s"\n' "$(printf '%s' "$URL" | sed 's/[\\"]/\\&/g')" \
    | curl -s -o "$answer" -m "$seconds" ${host:+--noproxy '*' -H "Host: $host"} ${insecure:+-k} -w '%{http_code} %{redirect_url}\n' -K - || :
}

by_wget() {
  printf '%s\n' "$URL" \
    | wget -q -S -T "$seconds" -t 1 --max-redirect=0 --content-on-error ${host:+--no-proxy --header "Host: $host"} \
      ${insecure:+--no-check-certificate} -O "$answer" -i - 2>&1 \
    | awk '/^  *HTTP/ { code = $2 } tolower($1) == "location:" { on = $2 } END { print code ? code : "000", on }'
}

by_python() {
  URL=$URL python3 - "$seconds" "$host" "$insecure" "$answer" <<'PYTHON' || echo 000
import os, ssl, sys, urllib.error, urllib.request as asking

url = os.environ["URL"]
seconds, host, insecure, answer = sys.argv[1:]


class Staying(asking.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


trust = ssl._create_unverified_context() if insecure else ssl.create_default_context()
handlers = [Staying(), asking.HTTPSHandler(context=trust), *([asking.ProxyHandler({})] if host else [])]
request = asking.Request(url, headers={"Host": host} if host else {})
try:
    found = asking.build_opener(*handlers).open(request, timeout=float(seconds))
except urllib.error.HTTPError as error:
    found = error
except Exception:
    sys.exit("000")
with open(answer, "wb") as file:
    file.write(found.read())
print(found.status, found.headers.get("Location", ""))
PYTHON
}

if command -v curl >/dev/null 2>&1; then
  by=by_curl
elif command -v wget >/dev/null 2>&1; then
  by=by_wget
elif command -v python3 >/dev/null 2>&1; then
  by=by_python
else
  echo 'neither curl nor wget nor python3' >&2
  exit 1
fi
found=$($by 2>/dev/null)
way=${found#* }
case $way in *://*) way=/${way#*://*/} ;; esac
case ${STAY:+stay}${found%% *} in 30[1278])
  if [ "$way" = "/${URL#*://*/}/" ]; then
    URL=$URL/
    found=$($by 2>/dev/null)
  fi
  ;;
esac
code=${found%% *}
if [ -n "$text" ] && ! grep -qF -e "$text" -- "$answer"; then code="$code lacks"; fi
printf '%s\n' "$code"
[ "$bytes" -eq 0 ] || head -c "$bytes" "$answer" | tr -d '\000'
