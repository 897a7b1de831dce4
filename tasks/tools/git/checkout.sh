# Puts the checkout on a commit: on a branch where that stands there, else with HEAD detached.
# Arguments: COMMIT BRANCH, which may be empty. Variable: STASH, not empty: put local changes aside first, but
# for the values of compose: they are the host's.
# Exit codes: 0 HEAD is the commit, 1 failed.
. "$SCRIPTS/tools/git/lib.sh"
if [ -n "$2" ] && [ "$(git rev-parse -q --verify "refs/heads/$2")" = "$1" ]; then
  git checkout -q "$2" --
elif [ "$(git rev-parse HEAD)" != "$1" ]; then
  [ -z "$STASH" ] || git stash push -q -m 'put aside by a rollback' -- ':/' \
    ':(top,exclude,glob)**/.env*' ':(top,exclude,glob)**/*.env'
  git checkout -q --detach "$1"
fi
stands_on "$1"
