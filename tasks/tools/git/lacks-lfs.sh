# Prints why the checkout needs git-lfs, where the host has none: a checkout would fail. Prints nothing otherwise.
# Variable: APP, the checkout's folder.
cd "$APP" || exit 0
! command -v git-lfs >/dev/null 2>&1 || exit 0
hook=$(git rev-parse --git-path hooks/post-checkout) || exit 0
if [ -x "$hook" ] && grep -qs 'git[ -]lfs' "$hook"; then
  echo "its hook post-checkout calls it"
elif [ "$(git config --type=bool filter.lfs.required)" = true ] \
  && git grep -qI 'filter=lfs' HEAD -- .gitattributes '**/.gitattributes' 2>/dev/null; then
  echo "its .gitattributes keep files there"
fi
exit 0
