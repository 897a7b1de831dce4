# Functions of the scripts that work with the host's checkout. A script sources it: . "$SCRIPTS/tools/git/lib.sh"
# Variable: APP, the checkout's folder.
. "$SCRIPTS/tools/lib.sh"
cd "$APP" 2>/dev/null || fail "no folder ${APP#"$HOME"/} on the host (app.path in hosts.yaml)"

# What is written here is for all for whom the checkout was made: images are built of it, containers mount it. What a
# run writes about itself is for the login alone.
mode=$(stat -c %a "$(git rev-parse --git-common-dir)/config" 2>/dev/null) || mode=644
umask "$(printf %03o $((0666 & ~0$mode)))"

# A question for a password would wait for ever: nobody is there to answer it.
export GIT_TERMINAL_PROMPT=0 GIT_SSH_COMMAND="${GIT_SSH_COMMAND:-ssh -oBatchMode=yes}"

kept() { # print the values of compose that were changed on the host, wherever they lie: `.env`, `.env.prod`, `prod.env`
  git -c core.quotePath=false ls-files -m --full-name -- ':(top,glob)**/.env*' ':(top,glob)**/*.env'
}

stands_on() { # COMMIT: bring the submodules to what HEAD wants, and fail unless HEAD is COMMIT
  [ ! -f .gitmodules ] || git submodule update -q --init --recursive
  [ "$(git rev-parse HEAD)" = "$1" ] || fail "HEAD is $(git rev-parse HEAD), not $1"
}

can_be_forwarded() { # BRANCH COMMIT: fail where the host's branch has commits that COMMIT lacks
  ! git show-ref -q --verify "refs/heads/$1" || git merge-base --is-ancestor "refs/heads/$1" "$2" \
    || fail "$1 on the host has commits that origin's lacks: it cannot be forwarded (git log origin/$1..)"
}

submodule_at() { # PATH SOURCE...: what .gitmodules, which git config finds by SOURCE, calls the submodule that lies at PATH
  path=".path $1"
  shift
  git config "$@" --get-regexp '^submodule[.].*[.]path$' | path=$path awk '
    { end = ENVIRON["path"]; n = length($0) - length(end) }
    substr($0, n + 1) == end { print substr($0, length("submodule.") + 1, n - length("submodule.")); exit }'
}
