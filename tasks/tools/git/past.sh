# Prints the commits that HEAD stood on, the newest first; `left` after those from which it went back to an ancestor.
# Arguments: COUNT, how far back the reflog is followed.
. "$SCRIPTS/tools/git/lib.sh"
git log -g "-$1" --format=%H HEAD -- | {
  newer=
  while read -r commit; do
    [ "$commit" != "$newer" ] || continue
    if [ -n "$newer" ] && git merge-base --is-ancestor "$newer" "$commit" 2>/dev/null; then
      echo "$commit left"
    else
      echo "$commit"
    fi
    newer=$commit
  done
}
