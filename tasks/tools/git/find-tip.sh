# Prints where origin has a branch; its commits are fetched, no ref is moved. Arguments: BRANCH.
# Exit codes: 0 found, and the host's branch can be forwarded to it; 1 not so.
. "$SCRIPTS/tools/git/lib.sh"
git remote get-url origin >/dev/null 2>&1 || fail 'the checkout has no remote named origin'
found=$(timeout 20 git ls-remote origin "refs/heads/$1")
tip=${found%%[!0-9a-f]*}
[ -n "$tip" ] || fail "origin has no branch $1 (app.branch)"
git cat-file -e "$tip" 2>/dev/null \
  || timeout 30 git fetch -q --no-tags --dry-run origin "refs/heads/$1" >/dev/null
can_be_forwarded "$1" "$tip"
echo "$tip"
