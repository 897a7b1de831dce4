# Leaves of what projects.sh reads what is no secret: of the environment `env NAME VALUE`, where the name is that of a
# database's name, login or place, whatever it begins with, and `url USER HOST PORT DATABASE` of an address of a
# PostgreSQL (a dash: it does not say), without its password; of a health check `check URL`, without its query: one with
# a login is passed over; `called NAME` for each host name that a proxy in front is told to pass on to it, and `inside
# PORT` for the port that it is told to ask (0: not by http). Other lines stay as they are.
# `env "NAME=VALUE"`, `check [WORD, ...]` and `label "NAME" "VALUE"` are JSON.
BEGIN {
  what = "(DB|DBNAME|DATABASE|NAME|BASE|USER|USERNAME|HOST|HOSTNAME|SERVER|ENDPOINT|PORT)"
  plain = "^([A-Z0-9]+_+)*(POSTGRES|POSTGRESQL|PG|DB|DATABASE)_*" what "$"
}

/^env "/ {
  text = substr($0, 6, length($0) - 6)
  name = substr(text, 1, index(text, "=") - 1)
  value = substr(text, index(text, "=") + 1)
  if (name == "PG_MAJOR" || name == "PGDATA" || name ~ plain) tell(name, value)
  else if (name == "VIRTUAL_HOST") called(value) # nginx-proxy
  else if (name == "VIRTUAL_PORT") inside(value)
  else if (name == "VIRTUAL_PROTO" && value != "http") inside(0)
  else if (value ~ /^postgres(ql)?([+][a-z0-9_]+)?:\/\//) address(value)
  next
}

/^check / {
  if (match($0, /https?:\/\/[^ "'\\|;&<>)]+/)) check(substr($0, RSTART, RLENGTH))
  else if (match($0, /[ "'](localhost|127[.]0[.]0[.]1|0[.]0[.]0[.]0)(:[0-9]+)?\/[^ "'\\|;&<>)]*/))
    check("http://" substr($0, RSTART + 1, RLENGTH - 1)) # as curl and wget take it
  next
}

/^label / {
  if ($2 ~ /^"traefik[.].*rule"$/) {
    n = split($0, rule, /Host[(:]/)
    for (i = 2; i <= n; i++) called(rule[i])
  } else if ($2 ~ /^"caddy(_[0-9]+)?"$/) called($3)
  else if ($2 ~ /^"traefik[.](http[.].*[.]server[.])?port"$/) inside($3)
  else if ($2 ~ /^"traefik[.](http[.].*[.]server[.]scheme|protocol)"$/ && $3 != "\"http\"") inside(0)
  else if ($2 ~ /^"caddy(_[0-9]+)?[.](.*[.])?reverse_proxy"$/)
    inside(match($0, /upstreams( http)?( +[0-9]+| *}})/) ? substr($0, RSTART, RLENGTH) " 80" : 0)
  next
}

{ print }

function called(names) { # the first of them; a pattern is none
  sub(/^[^A-Za-z0-9*{]*(https?:\/\/)?/, "", names)
  if (match(names, /^[A-Za-z0-9.-]+/) && substr(names, RLENGTH + 1, 1) !~ /[*{]/) print "called " substr(names, 1, RLENGTH)
}

function inside(said) { if (match(said, /[0-9]+/)) print "inside " substr(said, RSTART, RLENGTH) }

function tell(name, value) { if (value ~ /^[A-Za-z0-9_.\/:$-]+$/) print "env " name " " value }

function address(url,  user, host, port, base) { # one in which it is not plain where the password ends is passed over
  sub(/^[^:]*:\/\//, "", url)
  user = "-"
  if (match(url, /^[^:\/?#@]*(:[^@]*)?@/)) {
    user = substr(url, 1, RLENGTH - 1)
    url = substr(url, RLENGTH + 1)
    sub(/:.*/, "", user)
  }
  if (url ~ /@/) return
  sub(/[?#].*/, "", url)
  base = index(url, "/") ? substr(url, index(url, "/") + 1) : ""
  sub(/\/.*/, "", url)
  port = match(url, /:[0-9]+$/) ? substr(url, RSTART + 1) : "-"
  host = url
  sub(/:.*/, "", host)
  print "url " word(user) " " word(host) " " port " " word(base)
}

function word(text) { return text ~ /^[A-Za-z0-9_.-]+$/ ? text : "-" }

function check(url) {
  if (url ~ /@/) return
  sub(/[?#].*/, "", url)
  print "check " url
}
