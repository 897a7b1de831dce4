# Prints the newest task of every slot that is meant to run, or that has done what it was for, as containers.sh of compose
# prints a container; of a service that was stopped, those
# that it had. Reads lines, apart by tabs: `service ID NAME POLICY STOPPED IMAGE`, `node ID HOSTNAME STATUS`, `image NAME ID`,
# `task ID SERVICE NODE SLOT CREATED DESIRED STATE SINCE EXIT CONTAINER IMAGE ERROR`. Environment: STACK.
BEGIN { FS = OFS = "\t" }
$1 == "service" {
  name[$2] = $3
  policy[$2] = $4 == "any" ? "always" : $4 == "none" ? "no" : $4
  stopped[$2] = $5 + 0
  spec[$2] = $6
  next
}
$1 == "node" { host[$2] = $3; state[$2] = $4; next }
$1 == "image" { id[$2] = $3; next }
$1 == "task" && $3 in name {
  slot = $3 "." ($5 > 0 ? $5 : $4)
  failed[slot, $12] += ($8 == "failed" || $8 == "rejected")
  if (($7 == "shutdown" || $7 == "remove") && !($8 == "complete" && policy[$3] != "always")) next
  if (slot in line && created[slot] >= $6) next
  created[slot] = $6
  line[slot] = $0
}
END {
  for (slot in line) { $0 = line[slot]; there[$3]; show() }
  for (service in stopped) if (!(service in there)) for (n = 1; n <= stopped[service]; n++) show_stopped(service, n)
}

function show_stopped(service, n) {
  print service "." n, "/" name[service] "." n, substr(name[service], length(ENVIRON["STACK"]) + 2), image(spec[service]), \
    spec[service], 0, ENVIRON["STACK"], policy[service], "{\"Status\":\"exited\",\"StartedAt\":\"0001-01-01T00:00:00Z\",\"ExitCode\":143}"
}

function show(  called, gone) {
  called = name[$3] "." ($5 > 0 ? $5 : host[$4])
  gone = $4 != "" && state[$4] != "Ready"
  print $11 == "" ? $2 : $11, "/" called ($4 == "" ? "" : "@" host[$4]), substr(name[$3], length(ENVIRON["STACK"]) + 2), \
    image($12), $12, failed[slot, $12] - ($8 == "failed" || $8 == "rejected"), ENVIRON["STACK"], policy[$3], \
    "{\"Status\":\"" text(gone ? "lost with its node" : status($8, $13)) "\"," \
    ($8 == "starting" ? "\"Health\":{\"Status\":\"starting\"}," : "") "\"StartedAt\":" $9 ",\"ExitCode\":" $10 + 0 "}"
}

function image(said) { # the id that it has here; else its digest
  if (id[said] != "") return id[said]
  return match(said, /sha256:[0-9a-f]+$/) ? substr(said, RSTART) : said
}

function status(state, error) { # as the engine calls it, with the reason of what does not run
  if (state == "running" || state == "starting") return "running"
  if (state == "complete") return "exited"
  return state (error == "" ? "" : ": " error)
}

function text(said) { gsub(/[\\"]/, "", said); return said }
