"""What belongs to a database but is in no copy of it: settings, grants, connection limit."""

from .psql import ident, literal

# FROM CURRENT, because a list such as search_path is stored quoted element by element.
LIST_SETTINGS = ("search_path", "temp_tablespaces", "session_preload_libraries", "local_preload_libraries")

STATEMENTS = """
SELECT line || ';' FROM (
  SELECT 1 AS n, format('ALTER DATABASE %I CONNECTION LIMIT %s', {to}, greatest(datconnlimit, -1)) AS line
  FROM pg_database WHERE datname = {live}
  UNION ALL
  SELECT 2, format('REVOKE ALL ON DATABASE %I FROM PUBLIC', {to})
  FROM pg_database WHERE datname = {live} AND datacl IS NOT NULL
  UNION ALL
  SELECT 3, format('GRANT %s ON DATABASE %I TO %s%s', privilege_type, {to},
    CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END,
    CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
  FROM pg_database, aclexplode(datacl) WHERE datname = {live}
  UNION ALL
  SELECT 4, format(CASE WHEN name IN ({lists})
      THEN 'SELECT set_config(%2$L, %3$L, false); ALTER %1$s SET %2$I FROM CURRENT'
      ELSE 'ALTER %1$s SET %2$I TO %3$L' END, whose, name, value)
  FROM (
    SELECT split_part(entry, '=', 1) AS name, substr(entry, strpos(entry, '=') + 1) AS value,
      CASE setrole WHEN 0 THEN '' ELSE format('ROLE %I IN ', pg_get_userbyid(setrole)) END
        || format('DATABASE %I', {to}) AS whose
    FROM pg_db_role_setting JOIN pg_database d ON d.oid = setdatabase, unnest(setconfig) AS entry
    WHERE datname = {live}
  ) AS settings
) AS statements ORDER BY n
"""

# To name pg_default, where template0 is anyway, takes a right that only a superuser has.
CREATE = """
SELECT format('CREATE DATABASE %I TEMPLATE template0 OWNER %I ENCODING %L LC_COLLATE %L'
    || ' LC_CTYPE %L', {to}, pg_get_userbyid(datdba), pg_encoding_to_char(encoding), datcollate, datctype)
  || CASE spcname WHEN 'pg_default' THEN '' ELSE format(' TABLESPACE %I', spcname) END
  || CASE j->>'datlocprovider'
    WHEN 'i' THEN ' LOCALE_PROVIDER icu ICU_LOCALE ' || quote_literal(locale)
      || coalesce(' ICU_RULES ' || quote_literal(j->>'daticurules'), '')
    WHEN 'b' THEN ' LOCALE_PROVIDER builtin BUILTIN_LOCALE ' || quote_literal(locale)
    WHEN 'c' THEN ' LOCALE_PROVIDER libc' ELSE '' END
FROM pg_database d JOIN pg_tablespace t ON t.oid = dattablespace, to_jsonb(d) AS j,
  coalesce(j->>'datlocale', j->>'daticulocale') AS locale
WHERE datname = {live}
"""


def settings_query(live: str, to: str) -> str:
    """Return a query whose rows are the statements that give TO what LIVE has (for `\\gexec`)."""
    lists = ", ".join(literal(name) for name in LIST_SETTINGS)
    return STATEMENTS.format(live=literal(live), to=literal(to), lists=lists).strip()


def create_query(live: str, to: str) -> str:
    """Return a query whose row creates TO, empty, with LIVE's owner, encoding and locale."""
    return CREATE.format(live=literal(live), to=literal(to)).strip()


def create_default(to: str) -> str:
    """Return the statement that creates TO when there is no live database to be like."""
    return f"CREATE DATABASE {ident(to)} TEMPLATE template0"
