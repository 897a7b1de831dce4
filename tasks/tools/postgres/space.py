"""Room on the database's disks: a full data disk is an error, a full WAL disk a server that stays down."""

import shlex

from .psql import Database, ask

SETTINGS = """
SELECT '= ' || pg_size_bytes(current_setting('max_wal_size'));
SELECT '= ' || setting FROM pg_settings WHERE name = 'data_directory';
"""

# psql runs in the container, and so does what it starts: one call asks the server and its disks.
NOW = r"""
SELECT coalesce((SELECT setting FROM pg_settings WHERE name = 'data_directory'), '') AS data \gset
\setenv FAB_ROLLBACK_DATA :data
\! d=${FAB_ROLLBACK_DATA:-$PGDATA}; df -Pk "$d" "$d/pg_wal/." | sed 's/^/= df /'
SELECT '= wal ' || pg_size_bytes(current_setting('max_wal_size'));
"""

MEASURE = """measure() { # reads what df printed: bytes free for data, bytes free for WAL, 1 if that is one disk
  awk 'NR == 2 { free = $4; disk = $1 } NR == 3 { wal = $4; same = ($1 == disk) }
    END { if (NR < 3) exit 1; printf "%.0f %.0f %d\\n", free * 1024, wal * 1024, same }'
}
"""

# data_directory is hidden from logins that are not superusers; the image's PGDATA says the same.
FUNCTION = """room() {{
  docker exec {container} sh -c 'd=${{1:-$PGDATA}}; df -Pk "$d" "$d/pg_wal/."' sh "$data" </dev/null | measure
}}
"""

SEEN = """room() { printf '%s\\n' "$seen" | sed -n 's/^df //p' | measure; }
max_wal=$(printf '%s\\n' "$seen" | sed -n 's/^wal //p')
"""

REQUIRE = """
require_room() {{ # BYTES: refuse unless they fit, with all the WAL there may be and 10 % free
  room=$(room) || refuse {unknown}
  short=$(printf '%s\\n' "$room" | awk -v need="$1" -v wal="$max_wal" '{{
    need = (need + ($3 ? wal : 0)) * 1.1
    if ($1 < need) printf "data %.0f MB, %.0f MB are free", need / 1e6, $1 / 1e6
    else if (!$3 && $2 < wal * 1.1) printf "WAL %.0f MB, %.0f MB are free", wal * 1.1 / 1e6, $2 / 1e6
  }}')
  [ -z "$short" ] || refuse "not enough disk in the container: needed for $short"
}}
"""


def room_functions(db: Database) -> str:
    """Return the shell functions `room` and `require_room`, with the settings that they read."""
    return (
        ask("settings", "admin", SETTINGS)
        + "max_wal=$(printf '%s\\n' \"$settings\" | awk 'NR == 1')\n"
        + "data=$(printf '%s\\n' \"$settings\" | awk 'NR == 2')\n"
        + MEASURE
        + FUNCTION.format(container=shlex.quote(db.container))
        + REQUIRE.format(unknown=unknown(db))
    )


def room_and(db: Database, sql: str) -> str:
    """Return shell text that asks SQL into `$seen`, and the disks with it; then the same functions, of that moment."""
    return ask("seen", "admin", NOW + sql) + MEASURE + SEEN + REQUIRE.format(unknown=unknown(db))


def unknown(db: Database) -> str:
    """Return the words, quoted, for disks that cannot be read."""
    return shlex.quote(f"the free space on the disk of {db.container} cannot be read")
