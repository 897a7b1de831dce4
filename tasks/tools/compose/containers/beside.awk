# Makes of what `compose config` prints the file of a copy that stands beside: no ports, no names, no networks or volumes but
# its own, nothing built, pulled, logged elsewhere or started again. Files and folders of the host are mounted to be read
# only, sockets of it not at all; those of the checkout (TOP) as they lie in TREE, where that is not empty.
#   NETWORK  the network that all its services are in
function column(line) { match(line, /[^ ]/); return RSTART - 1 }

function tell_mount() { # the buffered one
  if (mount == "") return
  source = mount
  if (mount ~ /type: bind/) sub(/.*source: /, "", source)
  else { sub(/^ *- */, "", source); sub(/:.*/, "", source) }
  sub(/\n.*/, "", source)
  gsub(/["']/, "", source)
  if (mount !~ /type: bind/ && source !~ /^[\/.~]/) printf "%s%s", heading(), mount
  else if (source !~ /\.sock$/) bound(source)
  mount = ""
}

function heading(  line) { line = volumes; volumes = ""; return line } # once, and never of a list that stays empty

function bound(source,  target) {
  target = mount
  if (mount ~ /type: bind/) { sub(/.*target: /, "", target); sub(/\n.*/, "", target) }
  else { sub(/^ *- *["']?[^:]*:/, "", target); sub(/:.*/, "", target); sub(/["']?\n.*/, "", target) }
  gsub(/["']/, "", target)
  if (TREE != "" && (source == TOP || index(source, TOP "/") == 1)) source = TREE substr(source, length(TOP) + 1)
  printf "%s%*s- {type: bind, source: '%s', target: '%s', read_only: true}\n", heading(), column(mount), "", source, target
}

BEGIN {
  split("ports container_name extra_hosts networks network_mode restart build depends_on links external_links logging profiles " \
    "pull_policy env_file volumes_from privileged devices pid ipc uts deploy scale", names, " ")
  for (i in names) unwanted[names[i]]
  split("name external driver driver_opts", names, " ")
  for (i in names) shared[names[i]]
}
/^version:/ { version = $2; gsub(/["']/, "", version) }
/^[^ #]/ { tell_mount(); section = $1; sub(/:.*/, "", section); key = "" }
section == "networks" || section == "name" { next }
section == "services" && column($0) == 4 && !/^    - / { tell_mount(); key = $1; sub(/:.*/, "", key) }
section == "services" && column($0) == 2 { # it has one key at the least, whatever is left out
  tell_mount()
  key = ""
  sub(/:.*/, ":")
  print
  print "    restart: \"no\""
  next
}
section == "services" && key in unwanted { next }
section == "services" && /^    volumes:/ { volumes = $0 "\n"; next }
section == "services" && key == "volumes" && column($0) >= 4 {
  if (/^ *- /) tell_mount()
  mount = mount $0 "\n"
  next
}
section == "volumes" && column($0) >= 4 {
  if (column($0) == 4) { inner = $1; sub(/:.*/, "", inner) }
  if (inner in shared) next
}
{ print }
END {
  tell_mount()
  printf "networks:\n  default:\n"
  if (version != "" && version + 0 < 3.5) printf "    external: {name: %s}\n", NETWORK # as v1 takes it there
  else printf "    external: true\n    name: %s\n", NETWORK
}
