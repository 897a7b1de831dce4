# Prints `1.` where the host's docker-compose is v1, else its version; fails where there is none.
# v1 takes half a second to say so: its being a Python program says the same.
. "$SCRIPTS/tools/lib.sh"
file=$(command -v docker-compose) || exit
if [ -n "$(LC_ALL=C sed -n '1{/^#!.*python/p;};q' "$file")" ]; then
  echo 1.
else
  docker-compose version --short
fi
