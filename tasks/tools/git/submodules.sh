# Prints the submodules of a commit that a build of it would not find here: `lacks PATH` where the commit that is wanted of one
# was never fetched, `never PATH` where it was never brought. Argument: COMMIT.
. "$SCRIPTS/tools/git/lib.sh"
cd "./$(git rev-parse --show-cdup)"
repository=$(git rev-parse --absolute-git-dir)
git -c core.quotePath=false ls-tree -r "$1" | sed -n 's/^160000 commit \([0-9a-f]*\)\t/\1 /p' | while read -r wanted path; do
  own=$repository/modules/$(submodule_at "$path" --blob "$1:.gitmodules")
  [ -d "$own" ] || own=$path/.git
  if [ ! -d "$own" ]; then
    echo "never $path"
  elif ! git --git-dir="$own" cat-file -e "$wanted^{commit}" 2>/dev/null; then
    echo "lacks $path"
  fi
done
