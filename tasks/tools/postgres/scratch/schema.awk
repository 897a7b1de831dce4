# Makes of what `pg_dump -s` prints a line for each thing, `KIND NAME|TEXT`: of a table, one for each column. The order of
# columns is not told: one that was dropped and made again stands last. Of functions only the length is told, and nothing
# of what may hold a password. The first line is the major version of pg_dump.
function end_thing() {
  if (kind ~ /FUNCTION|PROCEDURE|AGGREGATE/) text = length(text) " characters"
  if (kind ~ /USER MAPPING|SERVER|SUBSCRIPTION|FOREIGN DATA/) text = ""
  if (text != "") print kind " " name "|" text
  kind = text = ""
  inside = 0
}
/^-- Dumped by pg_dump version / { sub(/^-- Dumped by pg_dump version /, ""); print "#" int($0); next }
/^-- Name: .*; Type: .*; Schema: .*; Owner: / {
  end_thing()
  name = kind = schema = $0
  sub(/^-- Name: /, "", name)
  sub(/; Type: .*/, "", name)
  sub(/.*; Type: /, "", kind)
  sub(/; Schema: .*/, "", kind)
  sub(/.*; Schema: /, "", schema)
  sub(/; Owner: .*/, "", schema)
  if (schema != "-") name = schema "." name
  next
}
kind == "" || /^(--.*)?$/ || /^SET default_/ || /^\\/ { next }
kind == "TABLE" && inside && /^\)/ { inside = 0 }
kind == "TABLE" && inside {
  sub(/^ +/, "")
  sub(/,$/, "")
  column = $0
  if (column ~ /^"/) sub(/" .*/, "\"", column)
  else sub(/ .*/, "", column)
  if (column == "CONSTRAINT") print "CONSTRAINT " name " " $2 "|" $0
  else print "COLUMN " name "." column "|" $0
  next
}
kind == "TABLE" && /^CREATE .*TABLE .* \($/ { inside = 1 }
{ sub(/^ +/, ""); text = text (text == "" ? "" : " ") $0 }
END { end_thing() }
