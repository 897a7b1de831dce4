# Prints the folders of migrations that differ between HEAD and a commit, whoever's they are: each holds Python files, and
# lies beside an env.py. They are told from the checkout's folder; those above it begin with /.
# Arguments: COMMIT. Nothing where there is no such commit.
. "$SCRIPTS/tools/git/lib.sh"
below=$(git rev-parse --show-prefix)
git diff --name-only --no-renames HEAD "$1" -- ':(top)*.py' 2>/dev/null | sed -n 's|/[^/]*$||p' | sort -u | while IFS= read -r folder; do
  above=${folder%/*}
  for commit in HEAD "$1"; do
    git cat-file -e "$commit:$above/env.py" 2>/dev/null || continue
    case $folder in "$below"*) echo "${folder#"$below"}" ;; *) echo "/$folder" ;; esac
    break
  done
done
