"""Questions to the server that change nothing. Scripts print JSON lines, which `report` parses."""

from .names import stem
from .psql import Database, feed, ident, literal, psql, script
from .space import room_and, unknown

SERVER = """
SELECT '= ' || json_build_object('version', current_setting('server_version_num')::int,
  'max_wal', pg_size_bytes(current_setting('max_wal_size')), 'standby', pg_is_in_recovery())::text;
SELECT '= ' || json_build_object('name', datname, 'oid', d.oid::bigint, 'bytes', pg_database_size(d.oid),
  'owner', pg_get_userbyid(datdba), 'encoding', pg_encoding_to_char(encoding),
  'open', datallowconn, 'sessions', (SELECT count(*) FROM pg_stat_activity a
    WHERE a.datid = d.oid AND backend_type IS DISTINCT FROM 'autovacuum worker'),
  'comment', coalesce(shobj_description(d.oid, 'pg_database'), ''),
  'seconds', floor(extract(epoch FROM now())))::text
FROM pg_database d
WHERE datname = {live} OR left(datname, length({stem})) = {stem} ORDER BY datname;
"""

# A query can only name the table where it exists; %s, because regclass quotes by itself.
REVISIONS = """
SELECT json_build_object('table', to_regclass({table}) IS NOT NULL);
SELECT format('SELECT json_build_object(''revision'', version_num) FROM %s ORDER BY 1::text',
  to_regclass({table})) WHERE to_regclass({table}) IS NOT NULL \\gexec
"""

# A parent of inheritance holds rows of its own only; a partitioned table none.
TABLES = """
SET row_security = off;
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SELECT format('SELECT json_build_object(''schema'', %L, ''table'', %L, ''rows'', count(*)'
  || {extra} || ') FROM ONLY %I.%I AS t', nspname, relname, nspname, relname)
FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
WHERE relkind = 'r' AND relpersistence <> 't' AND nspname <> 'information_schema'
AND nspname !~ '^pg_' {only} ORDER BY nspname, relname \\gexec
COMMIT;
"""

CHECKSUM = ", ''checksum'', coalesce(sum(('x' || substr(md5(t::text), 1, 16))::bit(64)::bigint), 0)::text"


def server_script(db: Database) -> str:
    """Return a script that prints version, disk room, and size and state of DB and its copies."""
    sql = SERVER.format(live=literal(db.name), stem=literal(stem(db.name) + "__"))
    room = f'room=$(room) || fail {unknown(db)}\nprintf \'%s\\nROOM %s\\n\' "$seen" "$room"\n'
    return script(db, room_and(db, sql), room)


def revisions_script(
    db: Database, table: str = "alembic_version", schema: str | None = None, on: str | None = None
) -> str:
    """Return a script that prints whether Alembic's TABLE is in DB (or database ON), and its rows.

    Without SCHEMA the login's search path finds it. Stands for "View Current Migration".
    """
    name = ident(table) if schema is None else f"{ident(schema)}.{ident(table)}"
    return feed(psql(db, on), REVISIONS.format(table=literal(name)))


def rows_script(db: Database, on: str | None = None) -> str:
    """Return a script that prints the exact number of rows of every table of DB (or database ON)."""
    return feed(psql(db, on), TABLES.format(extra="''", only=""))


def checksums_script(db: Database, tables: tuple[tuple[str, str], ...] = (), on: str | None = None) -> str:
    """Return a script that prints rows and an order-free checksum of TABLES (schema, table), or of all."""
    pairs = ", ".join(f"({literal(schema)}, {literal(table)})" for schema, table in tables)
    only = f"AND (nspname, relname) IN ({pairs})" if tables else ""
    return feed(psql(db, on), TABLES.format(extra=literal(CHECKSUM.replace("''", "'")), only=only))
