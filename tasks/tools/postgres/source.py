"""A backup file on the host: what kind it is, and how to read it as SQL."""

import shlex

from ...ssh.shell import home
from .psql import Database

# Sets $kind, and $reason where the file is not a dump at all.
KIND = r"""
[ -r "$file" ] || refuse "there is no readable file $file"
reason=
if [ -d "$file" ]; then
  kind=directory
  [ -f "$file/toc.dat" ] || { kind=unknown; reason='a folder without the toc.dat of pg_dump -Fd'; }
else
  case $(od -An -tx1 -N8 "$file" | tr -d ' \n') in
    5047444d50*) kind=custom ;;
    1f8b*) kind=gzip ;;
    28b52ffd*) kind=zstd ;;
    fffe*|feff*) kind=unknown; reason='UTF-16 text, as a PowerShell redirection writes it' ;;
    '') kind=unknown; reason='an empty file' ;;
    746f632e64617400) kind=unknown; reason='a tar archive of pg_dump -Ft' ;;
    fd377a585a00*) kind=unknown; reason='compressed by xz' ;;
    425a68*) kind=unknown; reason='compressed by bzip2' ;;
    04224d18*) kind=unknown; reason='compressed by lz4' ;;
    *) kind=plain ;;
  esac
fi
case $kind in gzip|zstd)
  command -v $kind >/dev/null || refuse "$kind is not installed on this host"
  case $($kind -dcq <"$file" 2>/dev/null | od -An -tx1 -N5 | tr -d ' \n') in
    5047444d50) kind=unknown; reason='a compressed archive: unpack it first' ;;
  esac ;;
esac
"""

# Of a file, or of a folder's files: the same wherever the archive lies.
DIGEST = """export LC_ALL=C
if [ -d "$1" ]; then cd "$1" && sha256sum *; else sha256sum <"$1"; fi | sha256sum | cut -c1-64"""

# What a check that was killed left in the container goes with the first one a day later.
FILL = """
umask 077
find /tmp/fab-rollback-check* -prune -mtime +0 -exec rm -rf {} + 2>/dev/null
rm -rf "$1" && mkdir "$1" && df -Pk "$1"
"""

# A folder can only be read by pg_restore, where pg_restore is: in the container.
READ = r"""
box={box}
clean_box() {{ docker exec -i {container} rm -rf "$box" </dev/null >/dev/null 2>&1 || :; }}
fill_box() {{ # the archive, at $box/archive in the container
  docker exec -i {container} sh -c {fill} sh "$box" </dev/null |
    awk -v need="$bytes" 'NR == 2 && $4 * 1024 < need * 1.1 {{ exit 1 }}' ||
    refuse 'the archive does not fit into the container'
  if [ -d "$file" ]; then
    tar -cf - -C "$file" . | docker exec -i {container} sh -c 'mkdir "$1" && tar -xof - -C "$1"' sh "$box/archive"
  else
    docker exec -i {container} sh -c 'cat >"$1"' sh "$box/archive" <"$file"
  fi
}}
digest() {{ sh -c {digest} sh "$file"; }}
digest_in_box() {{ docker exec -i {container} sh -c {digest} sh "$box/archive" </dev/null; }}
unpack() {{ # the backup as SQL
  case $kind in
    plain) cat "$file" ;;
    gzip|zstd) $kind -dcq <"$file" ;;
    custom) docker exec -i {container} pg_restore -f - <"$file" ;;
    directory) docker exec -i {container} pg_restore -f - "$box/archive" </dev/null ;;
  esac
}}
measure() {{
  if [ -d "$file" ]; then du -sk "$file" | awk '{{ printf "%.0f\n", $1 * 1024 }}'; else wc -c <"$file"; fi
}}
"""


def source_functions(db: Database, path: str, box: str) -> str:
    """Return the shell functions that read the backup at PATH, and set $file, $kind and $bytes.

    BOX names a folder that they may fill, and clean, in the container's /tmp.
    """
    values = {"container": shlex.quote(db.container), "box": shlex.quote(f"/tmp/fab-rollback-{box}")}
    values |= {"digest": shlex.quote(DIGEST), "fill": shlex.quote(FILL)}
    return f"file={home(path)}\n" + KIND + READ.format(**values) + "bytes=$(measure)\nbytes=$((bytes))\n"
