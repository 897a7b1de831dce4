# Reads an SQL dump once; it knows strings, comments and COPY data apart.
# It reports (tab-separated lines, to the shell command REPORT) rows per table, roles, versions, what is forbidden,
# whether the dump is whole; with EMIT it also passes on what psql may see, of the sections SECTION (lines) or of all.
# VERSIONS is Alembic's table; TOTAL the bytes to come, for `PROGRESS` lines on descriptor 5; OLD_PSQL, OLD_SERVER and
# NO_OWNERS leave out what those do not take. All of it comes in the environment: -v would read backslashes in a value.
# Exit codes: 0 whole, 3 something forbidden, 4 cut off, or the section is not in it.
function add(text) { if (length(stmt) < 200000) stmt = stmt text }
function clean(text) { gsub(/[ \t\r\n]+/, " ", text); sub(/^ /, "", text); sub(/ $/, "", text); return text }
function passed_over() { return want != "" && !active }
function tell(line) { told[++ntold] = line }
function forbid(text) {
  if (passed_over()) return
  if (emit) { printf "line %d of the backup: %s\n", NR, substr(text, 1, 100) | "cat >&2"; bad = 1; exit 3 }
  tell("FORBIDDEN\t" NR "\t" substr(text, 1, 100))
}
function role(name) {
  if (passed_over() || name == "" || name == "PUBLIC" || name in roles) return
  roles[name]; tell("ROLE\t" name)
}
function granted(text, up,   i, n, part) {
  if (!match(up, /.* (TO|FROM) /)) return
  text = substr(text, RLENGTH + 1)
  sub(/ WITH (GRANT|ADMIN) OPTION.*/, "", text); sub(/ GRANTED BY .*/, "", text)
  n = split(text, part, /, /); for (i = 1; i <= n; i++) role(part[i])
}
function table(text) {
  match(text, /^("([^"]|"")*"|[^" (.]+)(\.("([^"]|"")*"|[^" (.]+))?/); text = substr(text, 1, RLENGTH)
  return (path == "" || text ~ /^("([^"]|"")*"|[^".]+)\./) ? text : path "." text
}
function count(name, n,   key) { # a name that a line of the report cannot hold is not compared
  if (name == "" || name ~ /[\t?]/) { gsub(/\t/, " ", name); n = -1 }
  key = section "\t" name
  if (!(key in rows)) { rows[key] = 0; tables[++ntables] = key }
  rows[key] = (n < 0 || rows[key] < 0) ? -1 : rows[key] + n
}
function versions(name) { gsub(/"/, "", name); return name == ENVIRON["VERSIONS"] }
function revision(value) { sub(/\t.*/, "", value); tell("REVISION\t" section "\t" value) }
function progress(what) { if (ENVIRON["TOTAL"] != "") { print "PROGRESS " what | "cat >&5"; fflush("cat >&5") } }
function inserted(s,   name) {
  name = table(substr(head, 13))
  if (head !~ /VALUES \(/ || s ~ / ON CONFLICT /) { count(name, -1); return }
  count(name, 1)
  if (versions(name) && match(head, /VALUES \(\047[^\047]*\047/)) revision(substr(head, RSTART + 9, RLENGTH - 10))
}
function finish(   s, up) {
  s = clean(stmt); stmt = ""; up = toupper(s)
  if (s == "") return
  ended++
  if (needless(up)) { drop++; return }
  if (up ~ /^(CREATE|COPY|INSERT) /) begun = 1
  if (up ~ /^COPY .* FROM STDIN/) {
    loading = head == line ? table(substr(line, 6)) : table(substr(s, 6)) "?"
    copying = 1; count(loading, 0); keep = versions(loading)
    if (!passed_over()) progress("table " loading)
  } else if (head ~ /^INSERT INTO /) inserted(s)
  else if (up ~ /^(CREATE|DROP|ALTER) (DATABASE|ROLE|USER|GROUP|TABLESPACE) / && up !~ /^[A-Z]+ USER MAPPING /) {
    if (want != "" && up ~ /^((CREATE|DROP|ALTER) DATABASE |ALTER ROLE .* IN DATABASE )/) drop++
    else forbid(s)
  } else if (up ~ /^CREATE ([A-Z]+ )?TABLE /) defined[section] = 1
  else if (up ~ /^CREATE EXTENSION /) uses(s)
  else if (up ~ /^CREATE POLICY .* TO / && match(s, /.* TO /)) vital(substr(s, RLENGTH + 1))
  else if (up ~ /^CREATE USER MAPPING FOR /) { s = substr(s, 25); sub(/ SERVER .*/, "", s); vital(s) }
  else if (up ~ /^(ALTER SYSTEM|BEGIN|START TRANSACTION|COMMIT|ROLLBACK|ABORT|PREPARE TRANSACTION)( |$)/) forbid(s)
  else if (up ~ /^SET STANDARD_CONFORMING_STRINGS = OFF/) plain = "E"
  else if (up ~ /^SET SEARCH_PATH = /) { path = substr(s, 19); sub(/, pg_catalog$/, "", path) }
  else if (up ~ /^COMMENT ON EXTENSION / && ENVIRON["FIRST"] != "") drop++ # it stays, and may be another's
  else if (up ~ /^SET TRANSACTION_TIMEOUT = 0/ && ENVIRON["OLD_SERVER"] != "") drop++
  else if (up ~ /^SET CLIENT_ENCODING = / && split(line, bit, "\047") > 2) encoding = bit[2]
  else if (up ~ /^ALTER .* OWNER TO / && match(up, /.* OWNER TO /)) { role(substr(s, RLENGTH + 1)); ownership() }
  else if (up ~ /^(GRANT|REVOKE) .* ON /) { granted(s, up); ownership() }
  else if (up ~ /^ALTER DEFAULT PRIVILEGES /) {
    if (match(s, /FOR ROLE ("([^"]|"")*"|[^ ]+)/)) role(substr(s, RSTART + 9, RLENGTH - 9))
    granted(s, up); ownership()
  } else if (up ~ /^SET SESSION AUTHORIZATION /) ownership()
  head = ""
}
# What no new database needs: --clean drops what is not there, and the schema public is there. The load is a transaction
# of its own: large objects come in another, which would end it half-way.
function needless(up) {
  if (up ~ /^CREATE SCHEMA PUBLIC$/) recreated[section] = 1
  else if (up ~ /^(BEGIN|COMMIT)$/) head = ""
  else if (begun || up !~ /^(DROP|ALTER .* DROP|SELECT PG_CATALOG\.LO_UNLINK)/ \
    || up ~ /^DROP (DATABASE|ROLE|USER|GROUP|TABLESPACE) /) return 0
  head = ""
  return 1
}
function uses(s) {
  if (passed_over()) return
  sub(/^[A-Za-z]+ +[A-Za-z]+ +(IF NOT EXISTS )?/, "", s); sub(/ .*/, "", s); tell("EXTENSION\t" section "\t" s)
}
function vital(text,   n, part, i) { # roles without which it cannot be loaded at all
  if (passed_over()) return
  sub(/ (USING|WITH CHECK) .*/, "", text)
  n = split(text, part, /, /)
  for (i = 1; i <= n; i++) if (part[i] !~ /^(PUBLIC|CURRENT_USER|CURRENT_ROLE|SESSION_USER)$/) {
    role(part[i]); tell("VITAL\t" section "\t" part[i])
  }
}
function ownership() { if (ENVIRON["NO_OWNERS"] != "") drop++ }
function enter(name) { if (section != "") sizes[section] += bytes - began; section = name; began = bytes; begun = 0 }
function meta(text) {
  sub(/[ \t\r]+$/, "", text)
  if (text ~ /^\\(un)?restrict /) { ended++; if (ENVIRON["OLD_PSQL"] != "" || want != "") drop++; return }
  if (text ~ /^\\encoding / && want != "") { ended++; drop++; return }
  if (text ~ /^\\connect / || text ~ /^\\c /) {
    sub(/^\\c[a-z]* +/, "", text); gsub(/\t/, " ", text); enter(text); ended++
    if (!(text in sections)) { sections[text] = 0; names[++nsections] = text }
    if (want != "") { active = (text in wanted); drop++; return }
    text = "\\connect " text
  }
  forbid(text)
}
function comment(text) {
  if (text ~ /^-- PostgreSQL database dump$/) dump = 1
  else if (text ~ /^-- PostgreSQL database cluster dump$/) cluster = 1
  else if (text ~ /^-- PostgreSQL database dump complete$/) {
    done = 1; sections[section] = 1
    if (want != "" && active) { active = 0; emitted = 1 }
  } else if (text ~ /^-- PostgreSQL database cluster dump complete$/) whole = 1
  else if (text ~ /^-- Dumped from database version / && server == "") server = $6
  else if (text ~ /^-- Dumped by pg_dump version / && dumper == "") dumper = $6
}
function read_line(   copy, from, size) { # in windows, where each of many quotes would copy a long rest
  copy = line; over = 0
  if (length(line) < 8192 || gsub(/\047/, "", copy) < 200) { lex(line); return }
  for (from = 1; from <= length(line) && !over; from += size) {
    size = 4096
    while (size < 8192 && substr(line, from + size - 1, 1) != " ") size++
    while (substr(line, from + size - 1, 2) ~ /[^A-Za-z0-9 ]./) size++
    lex(substr(line, from, size))
  }
}
function lex(rest,   at, c, before) {
  while (rest != "") {
    if (state == "") {
      if (!match(rest, /[\047"$;\\]|--|\/\*/)) { add(rest); return }
      at = RSTART; c = substr(rest, at, 1); add(substr(rest, 1, at - 1))
      before = at > 1 ? substr(rest, at - 1, 1) : ""
      if (c == "\\") { over = 1; meta(substr(rest, at)); return }
      if (c == "-") { over = 1; if (at == 1 && clean(stmt) == "") comment(rest); return }
      if (c == "/") { state = "/"; depth = 1; rest = substr(rest, at + 2); continue }
      if (c == "\047") {
        state = plain
        if (before ~ /[eE]/ && (at == 2 || substr(rest, at - 2, 1) !~ /[A-Za-z0-9_$\200-\377]/)) state = "E"
      } else if (c == "\"") { state = "\""; add(c) }
      else if (c == "$") {
        if (before !~ /[A-Za-z0-9_\200-\377]/ &&
            match(substr(rest, at), /^\$([A-Za-z_\200-\377][A-Za-z0-9_\200-\377]*)?\$/)) {
          tag = substr(rest, at, RLENGTH); state = "$"; rest = substr(rest, at + RLENGTH); continue
        }
        add(c)
      }
      rest = substr(rest, at + 1)
      if (c == ";") finish()
    } else if (state == "\047" || state == "\"") {
      if (!(at = index(rest, state))) { if (state == "\"") add(rest); return }
      if (state == "\"") add(substr(rest, 1, at)); else add("\047\047")
      rest = substr(rest, at + 1)
      if (substr(rest, 1, 1) == state) { if (state == "\"") add(state); rest = substr(rest, 2) } else state = ""
    } else if (state == "E") {
      if (!match(rest, /[\047\\]/)) return
      c = substr(rest, RSTART, 1)
      if (c == "\\" || substr(rest, RSTART + 1, 1) == "\047") { rest = substr(rest, RSTART + 2); continue }
      rest = substr(rest, RSTART + 1); state = ""; add("\047\047")
    } else if (state == "$") {
      if (!(at = index(rest, tag))) return
      rest = substr(rest, at + length(tag)); state = ""; add("\047\047")
    } else {
      if (!match(rest, /\/\*|\*\//)) return
      depth += substr(rest, RSTART, 1) == "/" ? 1 : -1
      rest = substr(rest, RSTART + 2); if (!depth) { state = ""; add(" ") }
    }
  }
}
BEGIN {
  plain = "\047"; emit = ENVIRON["EMIT"] != ""; report = ENVIRON["REPORT"]; want = ENVIRON["SECTION"]
  n = split(want, part, "\n"); for (i = 1; i <= n; i++) wanted[part[i]]
  active = want == ""; step = 8388608; next_tick = step
}
{ bytes += length($0) + 1 }
NR == 1 { sub(/^\357\273\277/, ""); crlf = /\r$/ }
crlf { sub(/\r$/, "") }
bytes > next_tick { progress("bytes " sprintf("%.0f", bytes) " " ENVIRON["TOTAL"]); next_tick = bytes + step }
copying {
  if ($0 == "\\.") { copying = 0; count(loading, n_rows); n_rows = 0 }
  else { n_rows++; if (keep) revision($0) }
  if (emit && active) print
  next
}
{
  line = $0; ended = drop = 0; shown = active
  if (clear = (state == "" && clean(stmt) == "")) head = line
  if (line !~ /^([ \t]*$|--|\\(un)?restrict )/) done = whole = 0
  read_line(); if (state == "" || state == "\"") add(" ")
  if (drop && emit && (shown || active) && !(clear && ended == 1 && state == "" && clean(stmt) == "")) forbid(line)
  if (emit && shown && active && !drop) print
}
END {
  if (bad) exit 3
  enter("")
  ok = state == "" && !copying && clean(stmt) == "" && (cluster ? whole : done)
  if (report != "") {
    print "KIND\t" (cluster ? "cluster" : dump ? "dump" : "none") | report
    print "COMPLETE\t" (ok ? 1 : 0) | report
    printf "BYTES\t%.0f\n", bytes | report
    print "SERVER\t" server | report; print "DUMPER\t" dumper | report; print "ENCODING\t" encoding | report
    for (i = 1; i <= ntold; i++) print told[i] | report
    for (name in defined) print "DEFINES\t" name | report
    for (name in recreated) print "RECREATES\t" name | report
    for (i = 1; i <= nsections; i++) {
      printf "SECTION\t%s\t%d\t%.0f\n", names[i], sections[names[i]], sizes[names[i]] | report
    }
    for (i = 1; i <= ntables; i++) printf "ROWS\t%s\t%.0f\n", tables[i], rows[tables[i]] | report
    close(report)
  }
  if (ENVIRON["TOTAL"] != "") progress("bytes " sprintf("%.0f", bytes) " " ENVIRON["TOTAL"])
  exit !ok || (want != "" && !emitted) ? 4 : 0
}
