# One part of an upload of NAME to FOLDER, which may be relative to the login's home: upload.sh WHAT FOLDER NAME ...
#   state                           prints `final DIGEST` where it is there whole (of a folder: the sha256 of its files'
#                                   sums), and `part BYTES SHA256` where a part of a file is
#   receive [anew]                  writes stdin behind the part that is there, or anew
#   finish DIGEST MODIFIED CHECKSUM gives it its name, if it is what was sent; with CHECKSUM (not empty), NAME.sha256
#                                   is written too; MODIFIED in epoch seconds
set -eu
. "$SCRIPTS/tools/lib.sh"
umask 077
export LC_ALL=C
what=$1 folder=$(at_home "$2") name=$3
shift 3

sha() { sha256sum | cut -c1-64; }

# What sha256sum prints of a file called NAME, or of a folder's files; and the digest of that.
sums_of() { # PATH
  if [ -d "$1" ]; then (cd "$1" && sha256sum -- *); else printf '%s  %s\n' "$(sha <"$1")" "$name"; fi
}
digest_of() { # PATH
  if [ -d "$1" ]; then sums_of "$1" | sha; else sha <"$1"; fi
}

[ "$what" != receive ] || mkdir -p "$folder"
cd "$folder" 2>/dev/null || exit 0
part=./$name.part
case $what in
  state)
    [ ! -e "./$name" ] || echo "final $(digest_of "./$name")"
    [ ! -f "$part" ] || echo "part $(($(wc -c <"$part"))) $(sha <"$part")"
    ;;
  receive)
    [ "${1-}" != anew ] || : >"$part"
    cat >>"$part"
    ;;
  finish)
    [ "$(digest_of "$part")" = "$1" ] || fail 'it did not arrive as it was sent'
    [ -z "$3" ] || sums_of "$part" >"./$name.sha256"
    [ -d "$part" ] || chmod 600 "$part"
    touch -d "@$2" "$part"
    mv -T "$part" "./$name"
    ;;
esac
