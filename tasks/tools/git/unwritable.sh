# Prints the folders, and the files of git's own, that a checkout has to write and the login may not.
# Variable: APP, the checkout's folder.
. "$SCRIPTS/tools/git/lib.sh"
git=$(git rev-parse --absolute-git-dir)
cd "./$(git rev-parse --show-cdup)"
find "$git" -maxdepth 2 -name 'fab-rollback*' -prune -o \( -type d -o -name HEAD -o -name index \) ! -writable -print
{
  echo .
  git ls-tree -d -r --name-only HEAD
} | while IFS= read -r folder; do
  [ ! -d "$folder" ] || [ -w "$folder" ] || printf '%s\n' "$PWD/$folder"
done
