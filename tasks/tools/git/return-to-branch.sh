# Puts the checkout on a branch, forwarded to a commit of origin's; HEAD stands on nothing else in between.
# Arguments: BRANCH COMMIT. Exit codes: 0 HEAD is the branch at the commit, 1 failed.
. "$SCRIPTS/tools/git/lib.sh"
git fetch -q origin "refs/heads/$1"
can_be_forwarded "$1" "$2"
git checkout -q -B "$1" "$2"
[ "$(git symbolic-ref --short HEAD)" = "$1" ] || fail 'HEAD is not on the branch'
stands_on "$2"
