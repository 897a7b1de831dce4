# Decides what the deployment in a checkout is: from the labels of containers, completed by hosts.yaml.
# Reads a line for each container that compose made, its fields apart by tabs: project, working_dir, config_files,
# environment_file, version, and a dot. Environment: HERE and THERE, the checkout's folder as it is spelt in
# two ways; PROJECT, COMPOSE_FILES and ENV_FILES (one a line), COMPOSE_COMMAND: what hosts.yaml says, empty where it
# says nothing; LAST_MADE, such lines of the containers that were there last, for when there are none. Prints lines
# `KEY VALUE`: project, folder (of compose, below the checkout), file, env_file, command; that is v2 where either kind
# of it will do.
# Exit codes: 0 decided, 2 hosts.yaml and the labels, or two projects, contradict each other.
BEGIN {
  FS = "\t"
  project = ENVIRON["PROJECT"]
  said = paths(ENVIRON["COMPOSE_FILES"], "", "\n")
  env = paths(ENVIRON["ENV_FILES"], "", "\n")
  first_folder = said
  sub(/\n.*/, "", first_folder)
  if (!sub(/\/[^\/]*$/, "", first_folder)) first_folder = ""
}
NF == 6 { now = now $0 "\n" }
END {
  look(now)
  if (!learned && elsewhere == "") look(ENVIRON["LAST_MADE"])
  names = joined(projects, ", ")
  if (names ~ /, /)
    refuse("two projects run from this checkout, " names ": compose.project in hosts.yaml chooses")
  if (names == "" && elsewhere != "")
    refuse("the containers of project " project " were made in " elsewhere "; app.path in hosts.yaml says " ENVIRON["THERE"])
  tell("project", names == "" ? project : names)
  tell("folder", names == "" ? first_folder : run_in)
  tell("file", chosen_files())
  tell("env_file", chosen_env())
  tell("command", command())
}

function look(made,  n, i, row) {
  n = split(made, row, "\n")
  for (i = 1; i <= n; i++) {
    $0 = row[i]
    if (NF && below($2) == "" && meant($1)) at_the_top = 1
  }
  for (i = 1; i <= n; i++) {
    $0 = row[i]
    if (!NF || !meant($1)) continue
    if (ours(below($2))) learn(below($2))
    else if (project != "") elsewhere = $2
  }
}

function meant(name) { return project == "" || name == project }

function ours(folder) { # whether compose worked where hosts.yaml has it work; it says nothing: at the top, else below
  if (folder == "") return 1
  return said == "" ? !at_the_top && folder != "\n" : folder == first_folder
}

function learn(folder) {
  if (!learned++ || length(folder) < length(run_in)) run_in = folder
  projects[$1]
  lists[paths($3, $2, ",")]++
  if ($4 != "") envs[paths($4, $2, ",")]
  if ($5 + 0 > version) version = $5 + 0
}

function below(path) { # what PATH is called from the checkout; a line end where it lies elsewhere
  if (path == ENVIRON["HERE"] || path == ENVIRON["THERE"]) return ""
  if (index(path, ENVIRON["HERE"] "/") == 1) return substr(path, length(ENVIRON["HERE"]) + 2)
  if (index(path, ENVIRON["THERE"] "/") == 1) return substr(path, length(ENVIRON["THERE"]) + 2)
  return "\n"
}

function paths(list, folder, between,  n, i, part, path, all) { # LIST, one a line, as called from the checkout
  n = split(list, part, between)
  for (i = 1; i <= n; i++) {
    if (part[i] ~ /\/chosen-images[.]yml$/) continue # ours, of a run
    path = part[i] ~ /^\// ? part[i] : outside(placed(part[i], folder))
    sub(/^\.\//, "", path)
    if (below(path) != "\n") path = below(path)
    all = all (all == "" ? "" : "\n") path
  }
  return all
}

function placed(path, folder) { # PATH from the checkout; compose v1 notes it as it was typed, wherever that was
  return folder == "" || !there(folder "/" path) && there(path) ? path : folder "/" path
}

function outside(path,  base) { # PATH as labels have it, where it leads out of the checkout or begins at home
  sub(/^~\//, ENVIRON["HOME"] "/", path)
  if (path !~ /^\.\.\//) return path
  base = ENVIRON["HERE"]
  while (sub(/^\.\.\//, "", path)) sub(/\/[^\/]*$/, "", base)
  return base "/" path
}

function there(path,  line, answer) {
  answer = (getline line <path)
  close(path)
  return answer >= 0
}

function chosen_files(  list, all) {
  all = fullest()
  for (list in lists) all = united(all, list)
  if (within(all, said)) return said == "" ? "docker-compose.yml" : said
  if (!within(said, all)) refuse("the containers were made of " line(all) "; compose.file in hosts.yaml says " line(said))
  return all
}

function fullest(  list, rank, most, best, part) { # the list of most files that has those of hosts.yaml: its order counts
  for (list in lists) {
    rank = 1000 * within(said, list) + split(list, part, "\n") + lists[list] / 1000
    if (rank > most) { most = rank; best = list }
  }
  return best
}

function chosen_env(  names) {
  names = joined(envs, " or ")
  if (names == "" || env in envs) return env
  if (env != "") refuse("the containers were made with " line(names) "; compose.env_file in hosts.yaml says " line(env))
  if (names ~ / or /) refuse("the containers were made with " line(names) ": compose.env_file in hosts.yaml chooses")
  return names
}

function command() {
  if (ENVIRON["COMPOSE_COMMAND"] != "auto" || !version) return ENVIRON["COMPOSE_COMMAND"]
  return version < 2 ? "docker-compose" : "v2"
}

function within(some, all,  n, i, left) { # whether every line of SOME is one of ALL
  n = split(some, left, "\n")
  for (i = 1; i <= n; i++) if (index("\n" all "\n", "\n" left[i] "\n") == 0) return 0
  return 1
}

function united(all, more,  n, i, left) {
  n = split(more, left, "\n")
  for (i = 1; i <= n; i++) if (!within(left[i], all)) all = all "\n" left[i]
  return all
}

function joined(set, between,  key, all) {
  for (key in set) all = all (all == "" ? "" : between) key
  return all
}

function tell(key, list,  n, i, left) {
  n = split(list, left, "\n")
  for (i = 1; i <= n; i++) print key " " left[i]
}

function line(list) { gsub(/\n/, ", ", list); return list }

function refuse(why) { print why | "cat >&2"; close("cat >&2"); exit 2 }
