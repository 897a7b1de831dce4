# Prints a checksum of each file below PLACEs: mounted-files.sh PLACE... Runs inside a container.
# A folder in which nothing is code, or a setting, holds data: no rehearsal is about those. What Python compiles by itself,
# and git's own, are left out. Exit code 1: something cannot be read.
set -eu
for place; do
  if [ -d "$place" ]; then
    some=$(find "$place" -type f \( -name '*.py' -o -name '*.pyc' -o -name '*.so' -o -name '*.pth' -o -name '*.ini' \
      -o -name '*.cfg' -o -name '*.conf' -o -name '*.toml' -o -name '*.sql' -o -name '*.mako' -o -name '*.yaml' \
      -o -name '*.yml' -o -name '*.json' -o -name '.env*' \))
    [ -n "$some" ] || continue
  fi
  sums=$(find "$place" \( -name __pycache__ -o -name .git \) -prune -o -type f -exec sha256sum {} +)
  # shellcheck disable=SC2016 # another sh fills it in
  links=$(find "$place" -type l -exec sh -c 'for link; do echo "$link $(readlink "$link")"; done' sh {} +)
  printf '%s\n' "$sums" "$links" | sort
done
