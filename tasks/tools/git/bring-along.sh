# Brings files along into a folder, as hard links where that can be; what cannot be read is left out.
# Arguments: FOLDER FILE..., the files relative to the working directory.
. "$SCRIPTS/tools/lib.sh"
folder=$1
shift
cp -al --parents -t "$folder" -- "$@" 2>/dev/null || cp -a --parents -t "$folder" -- "$@" 2>/dev/null || :
