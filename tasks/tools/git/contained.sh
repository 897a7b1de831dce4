# Prints those commits that the history of another one contains. Arguments: COMMIT OF-THESE...
# Variables: FORMAT and DATES, how git shows them.
. "$SCRIPTS/tools/git/lib.sh"
whole=$1
shift
for commit; do
  ! git merge-base --is-ancestor "$commit" "$whole" 2>/dev/null || git log -1 "--format=$FORMAT" "$DATES" "$commit" --
done
