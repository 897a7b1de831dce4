# Prints how the checkout stands to the branch of origin, in a word, and why or where: `none`, `unreachable WHY`, `no-branch`,
# `behind COMMIT` where its tip was never fetched, or `fetched COMMIT`. Nothing is fetched. Argument: BRANCH.
. "$SCRIPTS/tools/git/lib.sh"
git remote get-url origin >/dev/null 2>&1 || {
  echo none
  exit 0
}
said=$(timeout 10 git ls-remote origin "refs/heads/$1" 2>&1) || {
  printf 'unreachable %s\n' "$(printf '%s\n' "${said:-no answer in 10 s}" | tail -n 1)"
  exit 0
}
tip=$(printf '%s\n' "$said" | ref="refs/heads/$1" awk '$2 == ENVIRON["ref"] { print $1 }')
if [ -z "$tip" ]; then
  echo no-branch
elif git cat-file -e "$tip^{commit}" 2>/dev/null; then
  echo "fetched $tip"
else
  echo "behind $tip"
fi
