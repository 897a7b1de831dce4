# Prints the state folder of the deployment whose checkout is APP. It lies in the checkout's own git folder, so that
# whoever reaches the checkout finds it, however its path is spelt; where there is no git folder, it is OLD.
# Arguments: APP OLD, where it lay before, below the login's home: what is there already is linked, and goes on.
app=$1 old=$2

git_folder() { # print where APP lies below the top, as `/sub/folder`, and the git folder; fail where there is none
  top=$(cd "$app" 2>/dev/null && pwd -P) || return 1
  below=
  until [ -e "$top/.git" ]; do
    [ -n "$top" ] || return 1
    below=/${top##*/}$below top=${top%/*}
  done
  git=$top/.git
  if [ -f "$git" ]; then # of a worktree or a submodule: it says where its folder is
    git=$(sed -n 's/^gitdir: //p' "$git")
    case $git in /*) ;; *) git=$top/$git ;; esac
  fi
  printf '%s\n' "$below"
  (cd "$git" 2>/dev/null && pwd -P) || printf '%s\n' "$git"
}

if found=$(git_folder); then
  git=${found#*
}
  state=$git/fab-rollback$(printf '%s\n' "$found" | sed 1q | tr / +)
  [ -e "$state" ] || [ ! -d "$old" ] || ln -sT "$old" "$state" 2>/dev/null || :
else
  state=$old
fi
printf '%s\n' "$state"
