# Prints of a commit's compose files `missing FILE` for those that it lacks, what git does not track apart, and
# `version VERSION`, the format that the first one is written in, if it says so. Arguments: COMMIT.
. "$SCRIPTS/tools/compose/lib.sh"
untracked() { [ -f "$1" ] && ! git ls-files --error-unmatch -- "$1" >/dev/null 2>&1; } # FILE
printf '%s\n' "$COMPOSE_FILES" | while IFS= read -r file; do
  found "$1" "$file" || untracked "$file" || printf 'missing %s\n' "$file"
done
first=$(printf '%s\n' "$COMPOSE_FILES" | sed -n 1p)
contents "$1" "$first" | sed -n "s/^version:[[:space:]]*[\"']\{0,1\}\([0-9.]*\).*/version \1/p" | sed 1q
