# Puts the files of a commit into a folder, as a build in the checkout would find them.
# Arguments: COMMIT FOLDER; what was in the folder is removed.
# Filters and line ends are git's own; submodules are filled in. What git does not track (`.env`, certificates) comes
# along as hard links, as it would lie in the checkout; what the login cannot read is left out, as a build would.
. "$SCRIPTS/tools/git/lib.sh"
commit=$1 folder=$2
# The values of compose count as they were changed on the host.
values=$(kept)
cd "./$(git rev-parse --show-cdup)" # the checkout's folder may lie below the repository's top

# Fills in the submodules of the tree whose index is FOLDER.index. They come from the host's own copies, which lie in
# the repository that they are part of.
fill_in() ( # REPOSITORY CHECKOUT FOLDER
  list=$(GIT_INDEX_FILE=$3.index git -c core.quotePath=false --git-dir="$1" --work-tree="$3" ls-files -s) || exit
  printf '%s\n' "$list" | sed -n 's/^160000 \([^ ]*\) 0\t/\1 /p' | while read -r wanted path; do
    own=$1/modules/$(submodule_at "$path" -f "$3/.gitmodules")
    [ -d "$own" ] || own=$2/$path/.git
    [ -d "$own" ] || continue # never brought here: a build in the checkout would find nothing either
    mkdir -p "$3/$path"
    git --git-dir="$own" --work-tree="$3/$path" cat-file -e "$wanted^{commit}" 2>/dev/null \
      || fail "submodule $path: its commit $wanted is not on the host (git fetch in $path)"
    write "$own" "$wanted" "$3/$path"
    fill_in "$own" "$2/$path" "$3/$path"
  done || exit
  rm -f "$3.index"
)

write() { # REPOSITORY COMMIT FOLDER: the files of the commit; FOLDER.index is their index
  GIT_INDEX_FILE=$3.index git --git-dir="$1" --work-tree="$3" read-tree "$2"
  GIT_INDEX_FILE=$3.index git --git-dir="$1" --work-tree="$3" checkout-index -a -q
}

rm -rf "$folder" "$folder.index"
mkdir -p "$folder"
repository=$(git rev-parse --absolute-git-dir)
write "$repository" "$commit" "$folder"
fill_in "$repository" "$PWD" "$folder"
git ls-files -o -z --directory | xargs -0 -r sh "$SCRIPTS/tools/git/bring-along.sh" "$folder"
[ -z "$values" ] || printf '%s\n' "$values" | xargs -d '\n' sh "$SCRIPTS/tools/git/bring-along.sh" "$folder"
