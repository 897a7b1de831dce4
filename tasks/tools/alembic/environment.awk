# Prints the variables of ALEMBIC_ENVIRONMENT (NAME=VALUE, one a line), every $NAME in a value filled in: it is what the
# last of the files that are read says of it, lines NAME=VALUE, or what the login has. Exit code 1: nobody says it.
function filled(value,   done, name) {
  while (match(value, /\$[A-Za-z_][A-Za-z_0-9]*/)) {
    name = substr(value, RSTART + 1, RLENGTH - 1)
    if (!(name in known)) {
      printf "alembic.environment: there is no variable %s\n", name | "cat >&2"
      exit failed = 1
    }
    done = done substr(value, 1, RSTART - 1) known[name]
    value = substr(value, RSTART + RLENGTH)
  }
  return done value
}
BEGIN { for (name in ENVIRON) known[name] = ENVIRON[name] }
/^(export +)?[A-Za-z_][A-Za-z_0-9]*=/ {
  sub(/^export +/, "")
  name = substr($0, 1, index($0, "=") - 1)
  value = substr($0, length(name) + 2)
  if (value ~ /^".*"$/ || value ~ /^\047.*\047$/) value = substr(value, 2, length(value) - 2)
  known[name] = value
}
END {
  if (failed) exit 1
  n = split(ENVIRON["ALEMBIC_ENVIRONMENT"], lines, "\n")
  for (i = 1; i <= n; i++) added[i] = filled(lines[i])
  for (i = 1; i <= n; i++) print added[i]
}
