# Judges two looks at the containers, lines of what $ABOUT in wait-until-ready.sh asks, the first one and the present
# one with `--` between them. Environment: `services` that are waited for, SERVICE=COUNT each, and `answering`, the ports
# that answer, and `passed`, the containers whose own health check was asked and is content.
# Prints `HOW SERVICE CONTAINER` for what is not ready, and last the verdict:
#   ready   every container is proven by its health check or an answer on its port
#   steady  all run; some have nothing to prove it but time
#   shaky   all run; some were restarted meanwhile
#   wait    some are starting, and nothing else proves them
#   bad     some do not run
#   broken  some are unhealthy or restart again and again
BEGIN {
  split(ENVIRON["services"], names, " ")
  for (i in names) { split(names[i], pair, "="); wanted[pair[1]] = pair[2] }
  split(ENVIRON["answering"], ports, " ")
  worst = 0
}
/^--$/ { present = 1; next }
!present { restarts_before[$2] = $4; next }
!($1 in wanted) { next }
{
  there[$1]++
  restarts = $4 - restarts_before[$2]
  proven = $7 == "healthy" || index(ENVIRON["passed"] " ", " " $2 " ")
  for (i in ports) if (index($6, "," ports[i] ",")) proven = 1
}
$7 == "unhealthy" { print "unhealthy", $1, $2; broken = 1; next }
restarts >= 3 { print "keeps-restarting", $1, $2; broken = 1; next }
# Docker's own question may be minutes away: another answer is as good.
$3 == "restarting" || $7 == "starting" && !proven { print ($3 == "restarting" ? $3 : $7), $1, $2; at_least(3); next }
$3 != "running" { print $3, $1, $2; at_least(4); next }
restarts > 0 { at_least(2); next }
!proven { at_least(1) }
function at_least(rank) { if (rank > worst) worst = rank }
END {
  for (name in wanted) if (there[name] + 0 < wanted[name]) { print "missing", name, "-"; at_least(4) }
  split("ready steady shaky wait bad", word, " ")
  print broken ? "broken" : word[worst + 1]
}
